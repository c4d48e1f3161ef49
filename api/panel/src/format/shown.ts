/** Hostile words made harmless to the eye: what cannot be seen, or turns what stands around it, is written out. */

// Controls, bidi marks, zero-width and other format characters, lone surrogates, private and unassigned ones. A joiner
// inside an emoji belongs to it; anywhere else it hides something.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;
const JOINER = "\u{200d}";
const PICTURE = /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\u{fe0f}/u;

/** `text` with each character that cannot be seen as its number: "a\u{202e}b". */
export function shown(text: string): string {
  if (!UNSEEN.test(text)) return text;
  const characters = [...text];
  return characters
    .map((character, at) => {
      if (!UNSEEN.test(character)) return character;
      if (
        character === JOINER &&
        PICTURE.test(characters[at - 1] ?? "") &&
        PICTURE.test(characters[at + 1] ?? "")
      )
        return character;
      return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
    })
    .join("");
}

/** What a device is called: its name, or its key where it has none. */
export function deviceName(device: string, name: string): string {
  return shown(name || device);
}
