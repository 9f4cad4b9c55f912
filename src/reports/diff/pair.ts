import {type CauseGroup, groupByCause} from '../../analysis/config-diff/cause.js'
import {compareConfigs} from '../../analysis/config-diff/compare.js'
import type {Answer} from '../../model/answer.js'
import type {ConfigComparison} from '../../model/config-change.js'
import type {Artifact} from '../../model/evidence.js'
import {UserError} from '../../model/user-error.js'
import {type DumpConfig, narrowedToIstiod, readConfig, withEssentialEndpoints} from './proxy-config.js'

/** Two configurations compared: what to call them, what differs, grouped by likely cause. */
export interface PairDiff {
  /** The pod both sides are about, or `A and B`. */
  readonly name: string
  readonly first: string
  readonly second: string
  readonly comparison: ConfigComparison
  readonly groups: readonly CauseGroup[]
  /** What Envoy says of single resources, keyed `section/name`. */
  readonly remarks: ReadonlyMap<string, string>
  /** What istiod says of the proxy, such as a rejection, in words. */
  readonly told: readonly string[]
}

function masksNeeded(a: DumpConfig, b: DumpConfig): boolean {
  return a.own.length > 0 && b.own.length > 0 && JSON.stringify(a.own) !== JSON.stringify(b.own)
}

/** Two pods have two certificates of their own; only the roots they trust are worth comparing. */
function withoutOwnCertificate(config: DumpConfig): DumpConfig {
  const secrets = config.sections.get('secrets')
  if (secrets === undefined) return config
  const others = new Map([...secrets].filter(([name]) => name !== 'default'))
  return {...config, sections: new Map([...config.sections, ['secrets', others] as const])}
}

/** The comparison; JSON nested thousands of levels deep is no configuration of an Envoy (protobuf stops at 100) and is said to be so. */
function compared(name: string, a: DumpConfig, b: DumpConfig, mask: boolean): ConfigComparison {
  try {
    return compareConfigs(a, b, mask)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new UserError(`${name} cannot be compared: it is nested too deeply to be a configuration of Envoy`)
  }
}

/** Both sides of istiod against Envoy, cut down to what can be compared. */
function narrowed(a: DumpConfig, b: DumpConfig): readonly [DumpConfig, DumpConfig] {
  const left = b.fromIstiod ? narrowedToIstiod(a, b) : a
  const right = a.fromIstiod ? narrowedToIstiod(b, a) : b
  return [withEssentialEndpoints(left), withEssentialEndpoints(right)]
}

/** Compares two dumps that were read; when one is istiod's, only what istiod sends is compared. */
export function pairDiff(
  name: string,
  [first, a]: readonly [string, DumpConfig],
  [second, b]: readonly [string, DumpConfig],
  more: {readonly told?: readonly string[]; readonly mask?: boolean} = {},
): PairDiff {
  const [left, right] = a.fromIstiod === b.fromIstiod ? [a, b] : narrowed(a, b)
  const mask = more.mask ?? masksNeeded(a, b)
  const comparison = mask
    ? compared(name, withoutOwnCertificate(left), withoutOwnCertificate(right), true)
    : compared(name, left, right, false)
  const remarks = new Map([...a.remarks, ...b.remarks])
  return {name, first, second, comparison, groups: groupByCause(comparison.differences), remarks, told: more.told ?? []}
}

/** Reads an artifact that may be missing; both kinds of absence stay answers. */
export function readAnswer(artifact: Answer<Artifact>): Answer<DumpConfig> {
  return artifact.ok ? readConfig(artifact.value) : artifact
}
