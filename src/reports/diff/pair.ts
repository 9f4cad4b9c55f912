import {type CauseGroup, groupByCause} from '../../analysis/config-diff/cause.js'
import {compareConfigs} from '../../analysis/config-diff/compare.js'
import type {ConfigComparison} from '../../model/envoy/config-change.js'
import type {Answer} from '../../model/evidence/answer.js'
import type {Artifact} from '../../model/evidence/evidence.js'
import {UserError} from '../../model/evidence/user-error.js'
import {
  type DumpConfig,
  narrowedToIstiod,
  readConfig,
  withEssentialEndpoints,
  withoutLostTypes,
  withStatics,
} from './proxy-config.js'

/** Two compared configurations: their names and the differences, grouped by likely cause. */
export interface PairDiff {
  /** The pod of both sides, or `A and B`. */
  readonly name: string
  readonly first: string
  readonly second: string
  readonly comparison: ConfigComparison
  readonly groups: readonly CauseGroup[]
  /** Envoy's state of single resources (warming, rejected), keyed `section/name`. */
  readonly remarks: ReadonlyMap<string, string>
  /** Sync problems reported by istiod, such as a rejection, one sentence each. */
  readonly syncProblems: readonly string[]
}

function masksNeeded(a: DumpConfig, b: DumpConfig): boolean {
  return a.own.length > 0 && b.own.length > 0 && JSON.stringify(a.own) !== JSON.stringify(b.own)
}

/** Each pod has its own certificate; only the root certificates are compared. */
function withoutOwnCertificate(config: DumpConfig): DumpConfig {
  const secrets = config.sections.get('secrets')
  if (secrets === undefined) return config
  const others = new Map([...secrets].filter(([name]) => name !== 'default'))
  return {...config, sections: new Map([...config.sections, ['secrets', others] as const])}
}

/** The comparison; JSON nested thousands of levels deep cannot be Envoy config (protobuf's limit is 100) and is an error. */
function compared(name: string, a: DumpConfig, b: DumpConfig, mask: boolean): ConfigComparison {
  try {
    return compareConfigs(a, b, mask)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new UserError(`${name} cannot be compared: it is nested too deeply to be Envoy config`)
  }
}

/** Both sides of an istiod-Envoy comparison, reduced to what istiod sends. */
function narrowed(a: DumpConfig, b: DumpConfig): readonly [DumpConfig, DumpConfig] {
  const left = b.fromIstiod ? narrowedToIstiod(a, b) : withoutLostTypes(a, b)
  const right = a.fromIstiod ? narrowedToIstiod(b, a) : withoutLostTypes(b, a)
  return [withEssentialEndpoints(left), withEssentialEndpoints(right)]
}

/** Credentials that Envoy waits for, one sentence each. */
function undelivered(remarks: ReadonlyMap<string, string>): readonly string[] {
  return [...remarks]
    .filter(([name]) => /^secrets\/(?:kubernetes|kubernetes-gateway|configmap):\/\//.test(name))
    .map(([name, remark]) => `secret ${name.slice('secrets/'.length)}: ${remark}`)
}

/** Compares two parsed dumps; if one is istiod's, only what istiod sends is compared. */
export function pairDiff(
  name: string,
  [first, a]: readonly [string, DumpConfig],
  [second, b]: readonly [string, DumpConfig],
  more: {readonly syncProblems?: readonly string[]; readonly mask?: boolean} = {},
): PairDiff {
  const [left, right] = a.fromIstiod === b.fromIstiod ? [withStatics(a), withStatics(b)] : narrowed(a, b)
  const mask = more.mask ?? masksNeeded(a, b)
  const comparison = mask
    ? compared(name, withoutOwnCertificate(left), withoutOwnCertificate(right), true)
    : compared(name, left, right, false)
  const remarks = new Map([...a.remarks, ...b.remarks])
  return {
    name,
    first,
    second,
    comparison,
    groups: groupByCause(comparison.differences),
    remarks,
    syncProblems: [...(more.syncProblems ?? []), ...(a.fromIstiod === b.fromIstiod ? [] : undelivered(remarks))],
  }
}

/** Parses an artifact that may be missing; a missing or unreadable one stays a gap. */
export function readAnswer(artifact: Answer<Artifact>): Answer<DumpConfig> {
  return artifact.ok ? readConfig(artifact.value) : artifact
}
