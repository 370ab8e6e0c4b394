/* Files that the server keeps: fetched with the chat's token, which no address holds, and shown from memory. */

import { at } from "./page.js";
import { keep } from "./storage.js";
/** @import { FileShown } from "frames" */

/** @param {string} path */
const fetched = async (path) => {
  const headers = { Authorization: `Bearer ${keep.get("token")}` };
  const answer = await fetch(at(path), { headers, credentials: "omit", referrerPolicy: "no-referrer" });
  if (!answer.ok) throw new Error(String(answer.status));
  return URL.createObjectURL(await answer.blob());
};

/** The address at which this page finds what is kept under `path`. Rejects where it cannot be had.
    @param {string} path */
export const loaded = (path) => fetched(path);

/** A picture is shown in a tab of its own; anything else is only for keeping.
    @param {FileShown} file */
export const lookAt = async ({ url, name, type }) => {
  const link = document.createElement("a");
  try { link.href = await fetched(url); } catch { return; }
  if (type.startsWith("image/")) link.target = "_blank"; else link.download = name;
  link.rel = "noopener";
  link.click();
};
