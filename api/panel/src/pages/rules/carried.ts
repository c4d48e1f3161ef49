/** Lines that were pasted where one rule was expected, on their way to the import. */
let carried = "";

export function carry(text: string): void {
  carried = text;
}

/** What was carried here, once. */
export function unload(): string {
  const text = carried;
  carried = "";
  return text;
}
