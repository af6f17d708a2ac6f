import type { Api, Message } from '../llm.ts'
import type {
  Chat,
  ChatWrapper,
  Generated,
  GenerationOptions,
  Library,
  Model,
  Sequence,
  Turn,
} from './library.ts'

/** What a sequence of a model can do with a conversation. */
export interface Generator {
  /** How many tokens the model reads. */
  count(messages: readonly Message[]): number
  /** What it says, and why it stops. */
  generate(messages: readonly Message[], options: GenerationOptions): Promise<Answered>
}

interface Answered {
  readonly text: string
  readonly stopReason: string
  readonly outputTokens: number
}

interface Speaker {
  readonly library: Library
  readonly model: Model
  readonly api: Api
}

/** A generator on each sequence: for conversations in the words of the model's own template, or for texts to go on with. */
export function generatorsOn(sequences: readonly Sequence[], speaker: Speaker): readonly Generator[] {
  if (speaker.api === 'completions') {
    return sequences.map((sequence) => completionGenerator(sequence, speaker))
  }
  // To find out which template a model has takes longer than most answers: it is found out once.
  let chatWrapper: ChatWrapper | 'auto' = 'auto'
  return sequences.map((contextSequence) => {
    const { library } = speaker
    const chat: Chat = new library.LlamaChat({ contextSequence, chatWrapper })
    ;({ chatWrapper } = chat)
    return chatGenerator(chat, contextSequence, speaker)
  })
}

function completionGenerator(contextSequence: Sequence, { library, model }: Speaker): Generator {
  const completion = new library.LlamaCompletion({ contextSequence })
  return {
    count: (messages) => model.tokenize(promptOf(messages)).length,
    generate: (messages, options) =>
      alone(contextSequence, () => completion.generateCompletionWithMeta(promptOf(messages), options)),
  }
}

function chatGenerator(chat: Chat, sequence: Sequence, { model }: Speaker): Generator {
  return {
    count(messages) {
      const { contextText } = chat.chatWrapper.generateContextState({ chatHistory: turnsOf(messages) })
      return contextText.tokenize(model.tokenizer).length
    },
    generate: (messages, options) => alone(sequence, () => chat.generateResponse(turnsOf(messages), options)),
  }
}

/** Each call begins with nothing, so that no call depends on another one. */
async function alone(sequence: Sequence, run: () => Promise<Generated>): Promise<Answered> {
  await sequence.clearHistory()
  const before = sequence.tokenMeter.usedOutputTokens
  const { response, metadata } = await run()
  const outputTokens = sequence.tokenMeter.usedOutputTokens - before
  return { text: response, stopReason: metadata.stopReason, outputTokens }
}

function promptOf(messages: readonly Message[]): string {
  return messages.map(({ content }) => content).join('\n')
}

/** The conversation, and the turn that the model is to fill. */
function turnsOf(messages: readonly Message[]): readonly Turn[] {
  const turns = messages.map(({ role, content }): Turn => {
    if (role === 'assistant') return { type: 'model', response: [content] }
    return { type: role === 'system' ? 'system' : 'user', text: content }
  })
  return [...turns, { type: 'model', response: [] }]
}
