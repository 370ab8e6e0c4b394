/* The demo shop's own script: a button that opens the chat through the widget's API. */
document.getElementById("ask").addEventListener("click", () => globalThis.Askonce?.open());
