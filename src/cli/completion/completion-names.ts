import type {Source} from '../../sources/source.js'
import type {Candidate, NameKind, Names, TypedFlags} from './completion.js'

const DEADLINE_MS = 3000

type Open = (typed: TypedFlags) => Promise<Source>

/** The names of a kind of object in the current source; empty when it cannot be read. */
async function objectNames(open: Open, kind: string, typed: TypedFlags, namespaced: boolean) {
  let source: Source | undefined
  try {
    source = await open(typed)
    const namespace = typed.get('namespace') ?? source.defaultNamespace
    const answer = await source.objects(namespaced ? {kind, namespace} : {kind})
    return answer.ok ? answer.value.map(object => object.metadata.name) : []
  } finally {
    await source?.close()
  }
}

async function podNames(open: Open, typed: TypedFlags): Promise<readonly Candidate[]> {
  const [pods, deployments] = await Promise.all([
    objectNames(open, 'Pod', typed, true),
    objectNames(open, 'Deployment', typed, true).catch(() => []),
  ])
  return [...pods.map(word => ({word})), ...deployments.map(name => ({word: `deploy/${name}`}))]
}

async function snapshotNames(): Promise<readonly Candidate[]> {
  const [{snapshotFolder}, {listSnapshots}] = await Promise.all([
    import('../../sources/snapshot/place.js'),
    import('../../sources/snapshot/store.js'),
  ])
  const {snapshots} = await listSnapshots(snapshotFolder())
  return [{word: 'latest', meaning: 'the newest snapshot'}, ...snapshots.map(({name}) => ({word: name}))]
}

async function contextNames(typed: TypedFlags): Promise<readonly Candidate[]> {
  const {readKubeconfig} = await import('../../sources/cluster/credentials/kubeconfig-files.js')
  const merged = await readKubeconfig(typed.get('kubeconfig'), process.env)
  return [...(merged?.contexts.keys() ?? [])].map(word => ({word}))
}

async function ruleNames(): Promise<readonly Candidate[]> {
  const {ALL_RULES} = await import('../../rules/all-rules.js')
  return ALL_RULES.map(({code, title}) => ({word: code, meaning: title}))
}

async function explainedWords(): Promise<readonly Candidate[]> {
  const [{ALL_RULES}, {knownNames}] = await Promise.all([
    import('../../rules/all-rules.js'),
    import('../../reports/explain/topic.js'),
  ])
  const titles = new Map(ALL_RULES.map(({code, title}) => [code, title]))
  return knownNames(() => ALL_RULES).map(word => {
    const meaning = titles.get(word)
    return meaning === undefined ? {word} : {word, meaning}
  })
}

/** Names for completion, within a short deadline: a shell that is completing a word has no place for an error, so there are none then. */
export function availableNames(open: Open): Names {
  const kinds: Readonly<Record<NameKind, (typed: TypedFlags) => Promise<readonly Candidate[]>>> = {
    pods: typed => podNames(open, typed),
    services: async typed => (await objectNames(open, 'Service', typed, true)).map(word => ({word})),
    namespaces: async typed => (await objectNames(open, 'Namespace', typed, false)).map(word => ({word})),
    contexts: contextNames,
    snapshots: snapshotNames,
    rules: ruleNames,
    words: explainedWords,
  }
  return async (kind, typed) => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<readonly Candidate[]>(resolve => {
      timer = setTimeout(() => resolve([]), DEADLINE_MS)
    })
    try {
      return await Promise.race([kinds[kind](typed).catch(() => []), late])
    } finally {
      clearTimeout(timer)
    }
  }
}
