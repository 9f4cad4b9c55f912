import type {Source} from '../sources/source.js'
import type {NameSource, TypedFlags} from './completion.js'

const DEADLINE_MS = 3000

/** Names from the selected source, within a short deadline; none if the source cannot be opened. */
export function sourceNames(open: (from: string | undefined) => Promise<Source>): NameSource {
  async function names(kind: string, typed: TypedFlags, namespaced: boolean): Promise<readonly string[]> {
    let source: Source | undefined
    try {
      source = await open(typed.get('from'))
      const namespace = typed.get('namespace') ?? source.defaultNamespace
      const answer = await source.objects(namespaced ? {kind, namespace} : {kind})
      return answer.ok ? answer.value.map(object => object.metadata.name) : []
    } catch {
      // Completion cannot show an error; the command itself will.
      return []
    } finally {
      await source?.close()
    }
  }
  const within = async (work: Promise<readonly string[]>): Promise<readonly string[]> => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<readonly string[]>(resolve => {
      timer = setTimeout(() => resolve([]), DEADLINE_MS)
    })
    try {
      return await Promise.race([work, late])
    } finally {
      clearTimeout(timer)
    }
  }
  return {
    async pods(typed) {
      const [pods, deployments] = await Promise.all([
        within(names('Pod', typed, true)),
        within(names('Deployment', typed, true)),
      ])
      return [...pods, ...deployments.map(name => `deploy/${name}`)]
    },
    namespaces: typed => within(names('Namespace', typed, false)),
  }
}
