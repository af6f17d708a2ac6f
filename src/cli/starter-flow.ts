interface StarterFlow {
  /** Of the flow. */
  readonly name: string
  /** Of the file, for the commands in its comments. */
  readonly file: string
  /** Where editors find the schema, seen from the file. */
  readonly schema: string | undefined
}

/** The flow that `llmflows init` writes: short, and a lesson in the language. */
export function starterFlow({ name, file, schema }: StarterFlow): string {
  const modeline = schema === undefined ? '' : `# yaml-language-server: $schema=${schema}\n`
  return `${modeline}# A flow is prompts as steps. What a step uses decides when it runs; what can run side by side, does.
#
#   llmflows run ${file} --topic friendship --verbose
#   llmflows run ${file} --topic friendship --offline    without a key: a tiny model answers
#   llmflows graph ${file}                               what waits for what
llmflows: 1
name: ${name}

steps:
  # No step is called "topic", so {topic} is an input, and --topic gives it.
  title:
    prompt: What is a good title of a movie about {topic}?

  # Both use {title}: they wait for it, and then run at the same time.
  song:
    prompt: What is a good song title of a soundtrack for a movie called {title}?
  characters:
    prompt: What are two main characters for a movie called {title}?

  # This one waits for the two above. A prompt with ": " in it needs quotes; one of several lines goes below a |
  lyrics:
    prompt: |
      Write lyrics of a movie song called {song}. The main characters are {characters}

  # One call for each item, all at once; the output is a list. A count such as 5 works as well.
  critics:
    for_each: [music critic, film critic]
    name: A {item}
    system: You are a {item} and write short reviews of song lyrics
    prompt: "Hey, what is your opinion on the following song: {lyrics}"

# The model that answers. Left out, it is gpt-4o-mini of OpenAI, with the key in the variable OPENAI_API_KEY.
# llms:
#   writer: { provider: openai, model: gpt-4o-mini, temperature: 0.7, max_tokens: 500 }
#   local: { provider: ollama, model: llama3.2 }      # then "llm: local" in a step

# What the result holds, in this order. Left out, it is what every step gives.
# outputs: [title, lyrics, critics]
`
}
