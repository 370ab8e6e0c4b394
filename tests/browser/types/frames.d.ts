/* What the widget sends and is sent. Made by `python -m tests.browser.types.frames`; never edited. */

/** What a bot turn does (protocol). */
export type Act =
  | "greet"
  | "answer"
  | "no_answer"
  | "contact"
  | "offer_ticket"
  | "ask"
  | "remind"
  | "invalid"
  | "ticket_filed"
  | "ticket_saved"
  | "ticket_exists"
  | "update_redirect"
  | "cancelled"
  | "declined"
  | "give_email"
  | "privacy"
  | "invite_rating"
  | "thanks"
  | "goodbye"
  | "smalltalk"
  | "clarify";

/** `seq` counts 1, 2, 3 … without a gap, the same after a reconnect. `language`: the one it was said in, and its
    choices; null where nobody can tell (an agent's, and turns stored by an older version). `parts`: the whole text
    again where it holds more than one language, a blank line between two; else none. `agent`: on a `system` turn that
    says who of the shop is in the chat now, their name. */
export interface BotTurn {
  type: "turn";
  seq: number;
  who: "bot" | "agent" | "system";
  text: string;
  at: string;
  language: string | null;
  act: Act | null;
  asks: string[];
  sources: Source[];
  ticket: TicketShown | null;
  choices: string[];
  parts: Part[];
  agent?: string | null;
}

/** The page's signed-in customer. `signature` is the shop's server's word for them, see `bot.chat.identity`. */
export interface Customer {
  name?: string | null;
  email?: string | null;
  signature?: string | null;
}

/** The shopper wants this conversation forgotten. The answer is `erased`; a ticket on its way is still filed, one that
    the helpdesk refused goes along. */
export interface Erase {
  type: "erase";
}

/** Answers `erase`: the conversation is forgotten, and the connection ends. */
export interface Erased {
  type: "erased";
}

/** `message` is for a person; `id` is that of the `say` it concerns; `retry_after`, with `unavailable`, says after how
    many seconds the bot may have room again. */
export interface Error {
  type: "error";
  code: "bad_frame" | "too_long" | "too_fast" | "bad_token" | "bad_origin" | "unavailable";
  message: string;
  id?: string | null;
  retry_after?: number | null;
}

/** A file of a turn. `size` in bytes; `url`, and `thumbnail` where it is a picture: paths on the bot's own host, for
    whoever sends the chat's token as `Authorization: Bearer`. */
export interface FileShown {
  id: string;
  name: string;
  type: "image/jpeg" | "image/png" | "application/pdf" | "text/plain";
  size: number;
  url: string;
  thumbnail: string | null;
}

/** A file that is complete. `sent`: it stands in a turn of the chat; one that does not is forgotten after a day. `url`
    and `thumbnail` are paths on this host, for the bearer of the chat's token; `thumbnail` null where it is no picture.
    */
export interface FileTold {
  id: string;
  name: string;
  type: string;
  size: number;
  url: string;
  thumbnail: string | null;
  sent: boolean;
}

/** A place that a search found; `answers`: it answers what was searched for. */
export interface Found {
  title: string;
  passage: string;
  language: string;
  url: string;
  answers: boolean;
}

export interface Hello {
  type: "hello";
  token?: string | null;
  after?: number;
  customer?: Customer | null;
  locale?: string | null;
}

/** What a chat begins with on the screen. `search` answers `?q=` with JSON, in the reader's language; it is there where
    the help centre is, and without a public address a path on the bot's own host. */
export interface Home {
  topics: Topic[];
  search?: string | null;
}

/** What the welcome said of the hours has changed: they have begun or ended, or another day has (`hours` among the
    welcome's features). */
export interface HoursChanged {
  type: "hours";
  hours: ServiceHours;
}

/** Why a file was not taken: `code`, and `detail` for a person, in the chat's language. */
export interface NotTaken {
  code: string;
  detail: string;
}

/** A piece of a turn's text, in one language. */
export interface Part {
  text: string;
  language: string;
}

/** An upload that is not complete: how many bytes are here. The next piece begins there. */
export interface PartTold {
  received: number;
}

export interface Rate {
  type: "rate";
  score: number;
  comment?: string | null;
}

/** This conversation has its rating, from whichever tab: no form for one is shown any more (R19). */
export interface Rated {
  type: "rated";
}

/** The shopper has seen every turn up to `seq`. Answered by nothing; whoever else shows this conversation hears it as
    the server's frame of the same name. */
export interface Read {
  type: "read";
  seq: number;
}

/** The shopper has seen every turn up to `seq`, in another tab or on another device (`read` among the welcome's
    features). */
export interface ReadElsewhere {
  type: "read";
  seq: number;
}

export interface Say {
  type: "say";
  id: string;
  text: string;
}

/** What a search answers with. */
export interface SearchAnswer {
  items: Found[];
}

/** Files that were uploaded over HTTP, sent in a turn of the shopper's; `files` are their ids. The turn with the same
    `id` is the acknowledgement. Words beside them are a `say` of their own. */
export interface SendFile {
  type: "file";
  id: string;
  files: string[];
}

/** The published hours of live agents, in the page's language, else the chat's: their wording, and where a machine can
    read them whether somebody is there now, when they are `next` while they are not, and when that `closes` (ISO 8601).
    `closed` names the closed days of the next week; empty where there are none. */
export interface ServiceHours {
  text: string;
  open?: boolean | null;
  next?: string | null;
  closes?: string | null;
  closed?: string | null;
}

/** The shopper's own turn: the acknowledgement of a `say` with the same `id`. `language`: that of its words, null where
    they do not tell. `files`: what a `file` sent; `text` then holds their names, for whoever shows text alone. */
export interface ShopperTurn {
  type: "turn";
  seq: number;
  who: "shopper";
  text: string;
  at: string;
  language: string | null;
  id: string | null;
  files?: FileShown[];
}

/** A quoted place of an article; `language` is the article's. `url`: its page in the help centre, where there is one;
    without a public address a path on the bot's own host. `revised`: the day on which the article was last revised (ISO
    8601). */
export interface Source {
  article: string;
  title: string;
  passage: string;
  language: string | null;
  url?: string | null;
  revised?: string | null;
}

export interface TicketShown {
  reference: string;
  status: "filed" | "saved";
}

/** An article of the shop's: its title, to be shown and to be asked, in its language (ISO 639-1). */
export interface Topic {
  title: string;
  language: string;
}

export interface Typing {
  type: "typing";
}

export interface TypingShown {
  type: "typing";
  who: "bot" | "agent";
}

/** Answers `hello`. `token` keeps the conversation across reloads and grants that conversation only. `rated`: this chat
    was rated, so that no form is shown for it again (R19); where it is rated in another tab meanwhile, a turn with the
    act `thanks` follows. `language`: the chat's (ISO 639-1), null while nothing was said; from there on a turn of the
    shopper's that tells one changes it. `features`: what was added to the frames since they were first published:
    `languages` (this field, and `language` and `parts` of turns), `home` (the field of that name), `read` (the frames
    of that name), and `files` where files may be sent. `read`: the last turn that the shopper has seen, 0 for none. */
export interface Welcome {
  type: "welcome";
  conversation: string;
  token: string;
  seq: number;
  rated: boolean;
  language: string | null;
  features: ("languages" | "hours" | "home" | "read" | "files")[];
  read: number;
  home: Home;
  hours?: ServiceHours | null;
}

/** One of several, of which a field of another one can be asked for: there it is undefined. */
type OneOf<T, All = T> = T extends unknown
  ? T & { [Name in Exclude<All extends unknown ? keyof All : never, keyof T>]?: undefined }
  : never;

export type Turn = OneOf<ShopperTurn | BotTurn>;

export type ServerFrame = Welcome | Turn | TypingShown | HoursChanged | Rated | ReadElsewhere | Erased | Error;

export type ClientFrame = Hello | Say | Rate | Typing | Erase | Read | SendFile;
