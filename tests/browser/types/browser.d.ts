/* What browsers and the shop's page have that TypeScript does not know of. */

/** A telephone's "back", where the browser tells of it. */
interface CloseWatcher extends EventTarget {
  onclose: (() => void) | null;
  destroy(): void;
}

declare var CloseWatcher: { new (): CloseWatcher };

type AskonceCall = "open" | "close" | "identify" | "on" | "theme" | "reset";

/** What the page put there to be called early, see docs/embedding.md; then the calls themselves. */
declare var Askonce: { q?: [AskonceCall, ...unknown[]][]; [call: string]: unknown };

interface HTMLElementTagNameMap {
  "askonce-chat": import("../../../bot/widget/host.js").Host;
}
