import { LlmError } from '../llm.ts'
import {
  firstLine,
  type Grammar,
  installedLibrary,
  type Library,
  type Llama,
  type Model,
  startLlama,
} from './library.ts'

/** An engine and the models that it has loaded. */
export interface Engine {
  readonly library: Library
  /** The model of a file, loaded once however many LLMs use it. */
  readonly load: (path: string, shown: string) => Promise<Model>
  /** What holds a model to the JSON of a schema, as far as a grammar can say what the schema does. */
  readonly grammarFor: (schema: Readonly<Record<string, unknown>>) => Promise<Grammar>
}

/** An engine whose library comes from `load`: by default from where llmflows is installed. */
export async function startEngine(load: () => Promise<Library> = installedLibrary): Promise<Engine> {
  const library = await load()
  const llama = await startLlama(library)
  const models = new Map<string, Promise<Model>>()
  return {
    library,
    grammarFor: (schema) => llama.createGrammarForJsonSchema(schema),
    load(path, shown) {
      const loading = models.get(path) ?? loadModel(llama, path, shown)
      models.set(path, loading)
      // One that could not be loaded may be another time.
      loading.catch(() => models.delete(path))
      return loading
    },
  }
}

async function loadModel(llama: Llama, modelPath: string, shown: string): Promise<Model> {
  try {
    return await llama.loadModel({ modelPath })
  } catch (error) {
    throw new LlmError('request-refused', `cannot load the model ${shown}: ${firstLine(error)}`, {
      retryable: false,
      help: 'it has to be a whole GGUF file, and to fit into the memory of this machine',
      cause: error,
    })
  }
}
