import type {Source} from '../sources/source.js'

/**
 * The same source until the signal is aborted: every question after that fails with the signal's reason, so that what asks ends at its next one.
 * What was asked before ends by its own deadline.
 */
export function untilStopped(source: Source, signal: AbortSignal): Source {
  const {pages} = source
  return {
    ...source,
    objects: async query => {
      signal.throwIfAborted()
      return await source.objects(query)
    },
    evidence: async (id, subject, query) => {
      signal.throwIfAborted()
      return await source.evidence(id, subject, query)
    },
    ...(pages === undefined
      ? {}
      : {
          pages: async function* (query, read) {
            for await (const page of pages.call(source, query, read)) {
              signal.throwIfAborted()
              yield page as never
            }
          },
        }),
  }
}
