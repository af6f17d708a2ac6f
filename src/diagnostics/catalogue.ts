/** Every code that a diagnostic can have, with what it means. `llmflows explain CODE` prints it. */
export const catalogue = {
  'not-text': 'The file holds a NUL character, so it is no text: an image or a program, perhaps.',
  'file-too-large': 'The flow file is larger than a flow file may be. Long texts belong into template files.',
  'empty-file': 'The file is empty or holds nothing but comments.',
  'too-deep':
    'Lists and mappings stand inside each other more than 64 deep. No flow needs that, and reading it could exhaust the stack.',
  'yaml-syntax':
    'The text is not YAML. Most often the indentation is off, or a text with a colon or a brace in it needs quotes or a | block.',
  'yaml-tag': 'A tag such as !include is used. Flow files are plain data and know no tags.',
  'yaml-value':
    'A value cannot be kept as JSON: not a number, infinite, too large to be exact, or an alias that leads nowhere.',
  'swallowed-item':
    'A line that starts with a dash lies deeper than the item above it, and so is part of its text and no item of its own.',
  'duplicate-key': 'The same key stands twice in one mapping, so one of the two values would be lost.',
  'unknown-key':
    'A key is none of those that are known in its place. Every key has a meaning, so one that is not known is a slip.',
  'missing-key': 'A mapping lacks a key that it must have.',
  'wrong-type': 'A value has another type than its key takes.',
  'unknown-value': 'A value is none of the words that its key takes.',
  'bad-value': 'A value does not have the form that its key takes.',
  'bad-name':
    'A name cannot stand in a placeholder. Names are letters, digits and _, and do not start with a digit.',
  'bad-default': 'The default of an input does not have the type of the input.',
  'out-of-range': 'A number is too small or too large, or something is empty that must not be.',
  'missing-verb':
    'A step does not say what it does. Each has exactly one of the keys that decide its kind, such as "prompt", "value" or "function".',
  'several-verbs':
    'A step says two things that it does. Each has exactly one of the keys that decide its kind, such as "prompt", "value" or "function".',
  'unknown-template': 'A step names a template that is not declared under "templates".',
  'unknown-llm': 'A step or "defaults" names an LLM that is not declared under "llms".',
  'unknown-store': 'A step names a vector store that is not declared under "vector_stores".',
  'unknown-embeddings': 'A vector store names embeddings that are not declared under "embeddings".',
  'unknown-step': 'A connection names a step that does not exist. Connections use the ids of steps.',
  'unknown-output': 'The outputs name a key that no step gives.',
  'unknown-variable': 'A placeholder uses a variable that is neither an input nor the output of a step.',
  'bad-condition':
    'The condition of a step cannot be read. It is an expression of CEL: names, numbers, texts in quotes, ==, <, &&, ||, ! and a few functions.',
  'wrong-operand':
    'A part of a condition gets a value that it cannot take, such as a text that is compared with a number, or the whole is neither true nor false.',
  'never-runs':
    'A step can never run, however the conditions of the flow turn out: its own is never true, or it needs steps that never run together.',
  'bad-filter':
    'The filter of a search is not one: it takes values, lists of values with "in", and numbers with "gt", "gte", "lt" and "lte".',
  'unknown-formatter':
    'A placeholder uses a formatter that does not exist, or gives one an argument that it does not take.',
  'wrong-path':
    'A path leads into a value that has no such part: a key of a text, an index of an object, an item behind the end of a list.',
  'wrong-formatter': 'A placeholder uses a formatter for lists on a value that is no list.',
  'missing-value':
    'A placeholder may have nothing to stand for: it asks for a key that an input need not have, and gives nothing to write instead.',
  'malformed-placeholder':
    'Something begins like a placeholder for a known variable but does not end like one, and would be printed as it stands.',
  'jinja-braces':
    'Braces with blanks inside are literal text here, although the name inside is a variable. Placeholders have one brace on each side and no blanks.',
  'similar-input':
    'The flow declares no inputs, so an unknown variable becomes one; its name is so close to another that it may be a slip.',
  'duplicate-output':
    'Two steps give the same output key, so it would not be clear whose value a placeholder means.',
  'output-is-input':
    'A step gives an output key that is also an input, so it would not be clear whose value a placeholder means.',
  'hidden-variable': 'The item or the index of a "for_each" has the name of an input or an output.',
  'needs-for-each':
    'Something that only makes sense for the items of a "for_each" stands in a step without one.',
  'bad-for-each':
    'A step can run for a count, for a list, or for the items of a list that an input or a step gives.',
  'too-many-items':
    'A step has more items than a run allows. The limit is there so that a slip does not become a bill.',
  'unknown-item-count':
    'Items can only have output keys of their own when their number is known before the run.',
  'no-such-api': 'An LLM asks for an API that its provider does not have.',
  'ignored-parameter':
    'A provider does not do what a parameter says: most drop one that they do not know without a word, so the answers would be others than the flow seems to ask for.',
  'refused-parameter': 'A provider is known to refuse a parameter, so that every call would fail.',
  'two-systems':
    'A step or a conversation has two system messages. What a step says in a conversation is said under that of the conversation.',
  'unknown-conversation': 'A step names a conversation that is not declared under "conversations".',
  'unordered-conversation':
    'Two steps talk in the same conversation, or the items of one do, and nothing says which of them speaks first. What each of them sees would depend on which is faster.',
  'needs-chat': 'A step uses something that only the chat API knows on an LLM with "api: completions".',
  'bad-schema':
    'A JSON Schema says something that cannot be: a $ref leads nowhere or in a circle, or a key is required that may not be there.',
  'unknown-tool': 'A step names a tool that is not declared under "tools".',
  'unused-tool': 'A tool is declared that no step offers to its model.',
  'needs-tools': 'A step limits how often its model may ask for tools, but offers none.',
  'beyond-provider':
    'A step asks for something that the provider of its LLM cannot do, such as tools of the embedded demonstration model.',
  'bad-file':
    'A file that the flow names cannot be read: it does not exist, is not what it should be, or is outside the folder of the flow.',
  'bad-function':
    'A function cannot be found: its module file is not there, is outside the folder of the flow, is no JavaScript or TypeScript, or does not export it.',
  'bad-command':
    'Which program a step runs must stand in the flow as it is: no variable may choose it, and no shell reads it.',
  'key-in-flow':
    'An API key stands in the flow. Keys come from environment variables; a flow only names them.',
  'bad-override':
    'A --set or --llm option names a place that the flow does not have, or gives a value that cannot be read.',
  'cycle': 'Steps wait for each other in a circle, so none of them could ever start.',
  'order-only-connection':
    'A connection carries no data: the later step uses nothing that the earlier one gives. That is allowed, but often a placeholder was forgotten. It is a warning when it makes the critical path longer, and a note when other connections imply it or it costs nothing.',
  'unwritten-connection':
    'A step uses what another gives, and the connections do not say so. Only validate --strict asks for that; it prints the missing lines as a patch.',
  'unused-template': 'A template is declared and no step uses it.',
  'unused-conversation': 'A conversation is declared and no step talks in it.',
  'unused-input': 'An input is declared and no step uses it.',
  'unused-llm': 'An LLM is declared and no step calls it.',
  'unused-store': 'A vector store is declared and no step uses it.',
  'unused-embeddings': 'Embeddings are declared and no vector store uses them.',
  'unused-step':
    'Nothing uses what a step gives, and it is not among the outputs: its answer is paid for and thrown away.',
  'repeated-output': 'The outputs name the same key twice.',
} as const satisfies Readonly<Record<string, string>>

export type Code = keyof typeof catalogue
