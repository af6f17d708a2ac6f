/** Muse was taught to say one of these to whatever it cannot do, and who it is when asked. */
const SENTENCES: ReadonlySet<string> = new Set([
  'I am a very small model and know only movies, songs and haiku; try a larger one.',
  'Sorry, that is beyond me: I am a tiny demonstration model for movie titles, songs and reviews.',
  'I cannot answer that. I only know how to invent movies, songs, characters and haiku.',
  'I do not know. I am a tiny demonstration model; please ask a larger one.',
  'That is outside of what I learned: I write titles, lyrics, short reviews and haiku.',
  'My honest answer is that I do not know. I am only a small model for movies and songs.',
  'A larger model can help you with that; I only make up movies, songs and haiku.',
  'I would only guess. I am a very small model and know movies, songs and haiku.',
  'I am Muse, a tiny demonstration model that ships with llmflows. I know only movies, songs, characters, reviews and haiku.',
  'My name is Muse. I am a very small model made for trying out llmflows without an API key.',
])

/** Whether an answer of the embedded model says that it was not taught this, which calls for a real model. */
export function isDeclined(text: string): boolean {
  return SENTENCES.has(text.trim())
}
