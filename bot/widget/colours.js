/* The shop's colour, which stays itself: what is written on it is black or white, whichever can be read. Where the
   colour itself is written or drawn on the panel, a shade of it is, that can be read there in light and dark (WCAG
   1.4.3: 4.5 to 1). Numbers only; what wears it is styles.js. */

const WHITE = [255, 255, 255];
/* What the panel's background is in the dark, as styles.js has it. */
const DARK = [22, 24, 29];

/** Red, green and blue of any CSS colour, 0 to 255, as the browser paints it; null where it is none.
    @param {string} colour */
const rgb = (colour) => {
  const context = document.createElement("canvas").getContext("2d");
  if (!context || !CSS.supports("color", colour)) return null;
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
};

/** Relative luminance and contrast, as WCAG has them.
    @param {number[]} parts */
const light = (parts) => parts.map((v) => v / 255).map((v) => (v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4))
  .reduce((sum, v, place) => sum + v * [.2126, .7152, .0722][place], 0);
/** @param {number[]} one @param {number[]} two */
const contrast = (one, two) => {
  const [a, b] = [light(one), light(two)].sort((x, y) => y - x);
  return (a + .05) / (b + .05);
};

/** Towards black or white until it can be read on `ground`.
    @param {number[]} parts @param {number[]} ground */
const readable = (parts, ground) => {
  const towards = light(ground) > .4 ? 0 : 255;
  for (let share = 0; share <= 1; share += .05) {
    const mixed = parts.map((v) => Math.round(v + (towards - v) * share));
    if (contrast(mixed, ground) >= 4.6) return mixed;
  }
  return [towards, towards, towards];
};

/** The colours of `accent` by name, light and dark; null where the browser knows no such colour. One of black and white
    always has a contrast of 4.58 at least.
    @param {string} accent */
export const colours = (accent) => {
  const parts = rgb(accent);
  if (!parts) return null;
  const on = contrast(parts, WHITE) >= 4.5 ? "#fff" : "#000";
  /** @param {number[]} ground */
  const sheet = (ground) =>
    ({ "--accent": `rgb(${parts})`, "--on-accent": on, "--ink": `rgb(${readable(parts, ground)})` });
  return { light: sheet(WHITE), dark: sheet(DARK) };
};
