import type {ClusterNeeds, TaskId} from '../reports/can-i/needs.js'

/** What a command reads and needs; every command declares it as its static `needs`. */
export interface CommandNeeds {
  /** What it reads of a single file given with -f, for the error about a file that holds something else. */
  readonly reads?: string
  /** True when the question is about a pod's proxy or its capture rules: among several pods, one with a sidecar is preferred. */
  readonly aboutProxy?: true
  /** The cluster resources it reads; absent if it reads none. */
  readonly cluster?: ClusterNeeds
}

/** Everything that describes the mesh around a pod. */
const MESH: readonly TaskId[] = ['services', 'workloads', 'namespaces', 'webhooks', 'traffic', 'security', 'mesh']

/** What the rules of `check` read; `describe` shows their findings too. */
const RULES: readonly TaskId[] = [
  ...MESH,
  'allServices',
  'podEvents',
  'policies',
  'exec',
  'forward',
  'logs',
  'istiods',
  'istiod',
]

/** Commands that need nothing of a source. */
export const NO_NEEDS: CommandNeeds = {}

export const PROXY_CONFIG_NEEDS: CommandNeeds = {
  reads: 'an Envoy config_dump',
  aboutProxy: true,
  cluster: {needs: ['pods', 'forward'], more: ['workloads']},
}

export const CHECK_NEEDS: CommandNeeds = {cluster: {needs: ['pods'], more: RULES, debug: true}}

/** What policies are and whom they select, and the proxies they end up in. */
export const POLICY_NEEDS: CommandNeeds = {
  aboutProxy: true,
  cluster: {
    needs: ['pods', 'allPods', 'allServices', 'traffic', 'security', 'mesh'],
    more: ['workloads', 'namespaces', 'forward'],
  },
}

/** Both ends of a request and everything between them. */
export const TRACE_NEEDS: CommandNeeds = {
  ...PROXY_CONFIG_NEEDS,
  cluster: {
    needs: ['pods', 'allPods', 'allServices', 'forward'],
    more: ['workloads', 'slices', 'exec', 'logs', 'traffic', 'security', 'mesh', 'istiods', 'istiod'],
  },
}

/** As `check`, without a debug container. */
export const ANALYZE_NEEDS: CommandNeeds = {cluster: {needs: ['pods'], more: RULES}}

/** What the questions read that `report` joins. */
export const REPORT_NEEDS: CommandNeeds = {
  cluster: {needs: ['pods'], more: [...RULES, 'allPods', 'slices']},
}

export const DESCRIBE_NEEDS: CommandNeeds = {
  cluster: {needs: ['pods', 'services'], more: [...RULES, 'slices', 'allPods', 'istiodSlices']},
}

export const CAPTURE_NEEDS: CommandNeeds = {
  cluster: {
    needs: ['pods', 'forward', 'exec', 'logs'],
    more: [
      'workloads',
      'everyLocal',
      'everyLocalIstiod',
      'everyWide',
      'mesh',
      'istiods',
      'istiod',
      'istiodExec',
      'istiodLogs',
    ],
  },
}

/** A command as oclif's manifest holds it. */
export interface DeclaredCommand {
  readonly id: string
  readonly needs?: CommandNeeds
  readonly aliases?: readonly string[]
  readonly hiddenAliases?: readonly string[]
}

/**
 * The cluster resources each command reads, by command name, in alphabetical order. Commands of one topic with equal needs are listed under
 * the name of the topic.
 */
export function declaredClusterNeeds(all: readonly DeclaredCommand[]): ReadonlyMap<string, ClusterNeeds> {
  // oclif lists a command again under each of its aliases.
  const aliases = new Set(all.flatMap(({aliases, hiddenAliases}) => [...(aliases ?? []), ...(hiddenAliases ?? [])]))
  const commands = all.filter(({id}) => !aliases.has(id))
  const asking = commands.flatMap(({id, needs}) =>
    needs?.cluster === undefined ? [] : [{words: id.split(':'), cluster: needs.cluster}],
  )
  const alike = (topic: string) =>
    new Set(asking.filter(({words}) => words[0] === topic).map(({cluster}) => JSON.stringify(cluster))).size === 1
  const whole = (topic: string) =>
    commands.every(({id, needs}) => !id.startsWith(`${topic}:`) || needs?.cluster !== undefined)
  const named = asking.map(({words, cluster}) => {
    const [topic = ''] = words
    return [alike(topic) && whole(topic) ? topic : words.join(' '), cluster] as const
  })
  return new Map(named.sort(([a], [b]) => (a < b ? -1 : 1)))
}
