import type { PgvectorStoreConfig } from '../flow/retrieval-config.ts'
import type { CheckOptions } from '../llms/open.ts'
import type { StoreProblem } from './store-place.ts'

const OWN_PREFIX = 'PGVECTOR_'

/**
 * The connection URL that a store's environment variable holds, or why it may not be used. It says itself where it goes, so
 * nothing can be sent elsewhere; but a flow may not pick any database of its user's without the word of someone outside it.
 */
export function pgvectorUrl(
  { name, urlEnv }: PgvectorStoreConfig,
  { env, allowEnv = [] }: Pick<CheckOptions, 'env' | 'allowEnv'>,
): { readonly url: string } | StoreProblem {
  if (!urlEnv.startsWith(OWN_PREFIX) && !allowEnv.includes(urlEnv)) {
    return {
      code: 'key-not-for-host',
      message: `the flow uses the database in ${urlEnv} for vector store "${name}"; nobody outside the flow has allowed that`,
      help: `if that is meant, add --allow-env ${urlEnv}, or call the variable ${OWN_PREFIX}URL`,
    }
  }
  const url = env[urlEnv]?.trim() ?? ''
  if (url === '') {
    return {
      code: 'missing-url',
      message: `vector store "${name}" is in the database that ${urlEnv} says, which is not set`,
      help: `export ${urlEnv}=postgres://user:password@host/database`,
    }
  }
  const isUrl = URL.canParse(url) && /^postgres(?:ql)?:$/.test(new URL(url).protocol)
  if (isUrl) return { url }
  return {
    code: 'bad-url',
    message: `what is in ${urlEnv} is not the URL of a PostgreSQL database`,
    help: 'write it like postgres://user:password@host/database',
  }
}
