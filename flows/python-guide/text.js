/** Every word with a capital first letter, as titles have it. */
export function capitalizeWords({ text }) {
  return text.replace(/\p{L}[\p{L}\p{M}'’]*/gu, (word) => word[0].toUpperCase() + word.slice(1).toLowerCase())
}
