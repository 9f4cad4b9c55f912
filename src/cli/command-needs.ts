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

/** What the rules of `check` read; `describe` shows their findings too. */
const RULES: readonly TaskId[] = [
  ...(['workloads', 'mesh', 'webhooks', 'traffic', 'security', 'nodes', 'podEvents', 'policies', 'allPods'] as const),
  ...(['exec', 'forward', 'logs', 'istiods', 'istiod'] as const),
]

/** Commands that need nothing of a source. */
export const NO_NEEDS: CommandNeeds = {}

export const PROXY_CONFIG_NEEDS: CommandNeeds = {
  reads: 'an Envoy config_dump',
  aboutProxy: true,
  cluster: {needs: ['pods', 'forward'], more: ['workloads']},
}

export const CHECK_NEEDS: CommandNeeds = {
  cluster: {needs: ['pods'], more: [...RULES, 'allServices', 'listNamespaces'], debug: true},
}

/** The same, kept current by watches; pods are not visited. */
export const MONITOR_NEEDS: CommandNeeds = {
  cluster: {
    needs: ['allPods'],
    more: [
      ...RULES.filter(id => !['allPods', 'workloads', 'exec', 'forward', 'logs'].includes(id)),
      ...(['allServices', 'listNamespaces'] as const),
    ],
    watches: true,
  },
}

/** Policies, and the objects that decide which of them apply. */
const POLICY: readonly TaskId[] = ['allPods', 'allServices', 'traffic', 'security', 'mesh']

/** What policies are and whom they select, and the proxies they end up in. */
export const POLICY_NEEDS: CommandNeeds = {
  aboutProxy: true,
  cluster: {needs: ['pods', ...POLICY], more: ['workloads', 'forward']},
}

/** The same for one pod. */
export const POD_POLICY_NEEDS: CommandNeeds = {aboutProxy: true, cluster: {needs: POLICY, more: ['forward']}}

/** The same, with no proxy asked. */
export const WHAT_IF_NEEDS: CommandNeeds = {cluster: {needs: POLICY, more: []}}

/** Every kind a rule of `analyze` looks at. */
export const ANALYZE_NEEDS: CommandNeeds = {cluster: {needs: ['analyzed'], more: ['mesh']}}

/** The same, with the running release, which istiod tells. */
export const PRECHECK_NEEDS: CommandNeeds = {cluster: {needs: ['analyzed'], more: ['mesh', 'istiods', 'istiod']}}

/** What stands between the two ends of a request. */
const MESH_PARTS: readonly TaskId[] = ['allPods', 'allServices', 'allSlices', 'allNetworkPolicies', 'entries']

/** What a pod may call outside the mesh. */
export const EGRESS_NEEDS: CommandNeeds = {
  aboutProxy: true,
  cluster: {
    needs: ['pods', 'forward'],
    more: ['workloads', 'exec', 'mesh', 'sidecars', ...MESH_PARTS, 'istiods', 'istiod'],
  },
}

/** The failing requests of pods, and the way of each. */
export const ERRORS_NEEDS: CommandNeeds = {
  cluster: {needs: ['pods', 'logs'], more: ['workloads', 'forward', 'exec', ...MESH_PARTS, 'istiods', 'istiod']},
}

/** The way of a request: the proxies of both ends and every hop between them. */
export const TRACE_NEEDS: CommandNeeds = {
  ...PROXY_CONFIG_NEEDS,
  cluster: {
    needs: ['pods', 'forward'],
    more: ['workloads', 'exec', ...MESH_PARTS, 'logs', 'istiods', 'istiod'],
  },
}

/** The same without the logs. */
export const VERIFY_NEEDS: CommandNeeds = {
  cluster: {
    needs: ['pods', 'forward'],
    more: ['workloads', 'exec', ...MESH_PARTS, 'istiods', 'istiod'],
  },
}

/** The same, for a request that is sent. */
export const PROBE_NEEDS: CommandNeeds = {
  cluster: {
    needs: ['pods', 'exec', 'forward'],
    more: ['workloads', ...MESH_PARTS, 'istiods', 'istiod'],
  },
}

/** What the questions read that `report` joins; it asks for no workload by name. */
const REPORTED: readonly TaskId[] = [
  ...RULES.filter(id => id !== 'workloads' && id !== 'policies'),
  ...(['allPods', 'allServices', 'allSlices', 'allNetworkPolicies', 'listNamespaces'] as const),
]

/** Waypoints, their pods and who uses them. */
export const WAYPOINT_NEEDS: CommandNeeds = {
  cluster: {needs: ['gateways'], more: ['allPods', 'allServices', 'listNamespaces', 'entries']},
}

/** What `report` reads. */
export const REPORT_NEEDS: CommandNeeds = {
  cluster: {needs: ['pods'], more: REPORTED},
}

/** The same, for pods that are named by their workload too. */
export const MCP_NEEDS: CommandNeeds = {cluster: {needs: ['pods'], more: ['workloads', ...REPORTED]}}

export const DESCRIBE_NEEDS: CommandNeeds = {
  cluster: {
    needs: ['pods', 'service'],
    more: [...RULES, 'slices', 'allPods', 'namespaces', 'istiodServices'],
  },
}

export const CAPTURE_NEEDS: CommandNeeds = {
  cluster: {
    needs: ['pods', 'forward', 'exec', 'logs'],
    more: [
      'workloads',
      'allPods',
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

/** Each command once: oclif lists a command again under each of its aliases. */
function underOwnNames(all: readonly DeclaredCommand[]): readonly DeclaredCommand[] {
  const aliases = new Set(all.flatMap(({aliases, hiddenAliases}) => [...(aliases ?? []), ...(hiddenAliases ?? [])]))
  return all.filter(({id}) => !aliases.has(id))
}

/**
 * The cluster resources each command reads, by command name, in alphabetical order. Commands of one topic with equal needs are listed under
 * the name of the topic.
 */
export function declaredClusterNeeds(all: readonly DeclaredCommand[]): ReadonlyMap<string, ClusterNeeds> {
  const commands = underOwnNames(all)
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

/** Every spelling of a command and of its topic, in words, with the name it is declared under. */
function spellings(
  all: readonly DeclaredCommand[],
  declared: ReadonlyMap<string, ClusterNeeds>,
): ReadonlyMap<string, string> {
  const pairs = underOwnNames(all).flatMap(command => {
    const {id} = command
    const [topic = ''] = id.split(':')
    const name = [topic, id.replaceAll(':', ' ')].find(each => declared.has(each))
    if (name === undefined) return []
    return [id, ...(command.aliases ?? []), ...(command.hiddenAliases ?? [])].flatMap(spelled => {
      const words = spelled.split(':')
      const ofTopic = id.includes(':') && name === topic ? [words.slice(0, -1).join(' ')] : []
      return [words.join(' '), ...ofTopic].map(each => [each, name] as const)
    })
  })
  return new Map(pairs)
}

/** What a command is given rather than a command: a pod, a workload, an address or a URL (`deploy/web`, `web-7d9f-x2x4l`, `http://web/`). */
const ARGUMENT = /[/:.\d]/

/**
 * The declared names of the commands that words of a command line name, as `declaredClusterNeeds` lists them: `describe pod`, `pc cluster` and
 * `snapshot create` are one command each, aliases are followed, and arguments behind a command are left out. Any other word that names none
 * is returned as it is.
 */
export function namedCommands(all: readonly DeclaredCommand[], words: readonly string[]): readonly string[] {
  const known = spellings(all, declaredClusterNeeds(all))
  const names: string[] = []
  for (let at = 0; at < words.length; ) {
    const here = [3, 2, 1].filter(size => at + size <= words.length)
    const size = here.find(each => known.has(words.slice(at, at + each).join(' '))) ?? 1
    const spelled = words.slice(at, at + size).join(' ')
    const name = known.get(spelled)
    if (name !== undefined || names.length === 0 || !ARGUMENT.test(spelled)) names.push(name ?? spelled)
    at += size
  }
  return [...new Set(names)]
}
