import {isAmbientPod, missingMarks, missingMarksText} from '../../analysis/netfilter/ambient-marks.js'
import {detectRelease} from '../../analysis/netfilter/detect-release.js'
import {hasEffectiveSettings, settingsFromLog} from '../../analysis/netfilter/expected-rules/from-log.js'
import {ruleWarnings} from '../../analysis/netfilter/interception/dead-rules.js'
import {emptyFamily} from '../../analysis/netfilter/interception/empty-family.js'
import {type Interception, interceptionOf} from '../../analysis/netfilter/interception/interception.js'
import {markInsufficient, missingTablesIn} from '../../analysis/netfilter/interception/missing-tables.js'
import {type RulesetWarning, rulesetWarningsOf} from '../../analysis/netfilter/interception/ruleset-warnings.js'
import {nodeWarnings} from '../../analysis/netfilter/node-warnings.js'
import {wrongValues} from '../../analysis/netfilter/setup/lost-arguments.js'
import {readableKernel} from '../../evidence/kernel/nothing-read.js'
import {type Kernel, readKernel} from '../../evidence/kernel/read-kernel.js'
import {startUpNotice} from '../../evidence/kernel/start-up.js'
import {readNow} from '../../evidence/kernel/ways.js'
import {answeredFrom, type NotedSource, noted} from '../../evidence/provenance.js'
import {definedFields} from '../../model/collections/defined-fields.js'
import type {NetworkNamespace} from '../../model/kernel/network-namespace.js'
import {
  everyChain,
  everyRule,
  hiddenByNft,
  hidesInterfaces,
  type IpFamily,
  type NetfilterTable,
  type Ruleset,
  ruleCount,
} from '../../model/kernel/ruleset.js'
import type {PodRef} from '../../model/kube/kube-object.js'
import type {Source} from '../../sources/source.js'
import type {Report} from '../report.js'

export interface IptablesReport extends Report {
  readonly subject: PodRef
  readonly kernel: Kernel
  /** Set when these are not the current rules: the first line to show. */
  readonly startUp?: string
  readonly rulesets: readonly Ruleset[]
  readonly interceptions: readonly Interception[]
  readonly rulesetWarnings: readonly RulesetWarning[]
  /** Which releases make such rules, when they are Istio's. */
  readonly madeBy?: string
  /** True when the text has chains of Istio but none of the chains the kernel enters by. */
  readonly excerpt: boolean
}

/** True when some rule is about an IPv6 address. */
function namesIpv6(rulesets: readonly Ruleset[]): boolean {
  return everyRule(rulesets).some(({rule}) =>
    rule.conditions.some(({field, values}) => field === 'destination' && values.some(value => value.includes(':'))),
  )
}

/** Families worth a summary: those whose rules are known, IPv4 first; both for native tables when the pod is known to have IPv6. */
function families(rulesets: readonly Ruleset[], machine: NetworkNamespace): readonly IpFamily[] {
  const all: readonly IpFamily[] = ['ip', 'ip6']
  const both = !machine.assumed || namesIpv6(rulesets)
  return all.filter(family =>
    rulesets.some(
      set => ruleCount(set) > 0 && (set.family === family || (set.family === 'inet' && (family === 'ip' || both))),
    ),
  )
}

/** Listings always show the built-in chains; a text without any is a cutting. */
function isExcerpt(rulesets: readonly Ruleset[]): boolean {
  const chains = everyChain(rulesets)
  return chains.length > 0 && chains.every(({chain}) => chain.hook === undefined)
}

/** What distinguishes the releases is in the parts of rules that some forms of text do not show. */
function showsHalf(rulesets: readonly Ruleset[]): boolean {
  return rulesets.some(
    set =>
      hidesInterfaces(set) ||
      everyChain([set]).some(({chain}) => !chain.complete || chain.rules.some(rule => hiddenByNft(rule) !== undefined)),
  )
}

/** True when a rule of the table leads to a chain that the text does not have. */
function leadsAway({chains}: NetfilterTable): boolean {
  const known = new Set(chains.map(({name}) => name))
  const actions = chains.flatMap(({rules}) => rules.flatMap(rule => rule.actions))
  return actions.some(action => (action.kind === 'jump' || action.kind === 'goto') && !known.has(action.chain))
}

/** True for a text that lacks a chain by which packets enter the tables it holds, or one that its rules lead to. */
function isPiece(rulesets: readonly Ruleset[]): boolean {
  if (rulesets.some(({tables}) => tables.some(leadsAway))) return true
  return (['ip', 'ip6'] as const).some(family => {
    const {inbound, outbound} = missingTablesIn(rulesets, family)
    return inbound !== undefined || outbound !== undefined
  })
}

/** Values that istio-init logged and cannot have been meant. */
function wrongArguments({parameters, from}: Kernel): readonly RulesetWarning[] {
  if (from === 'computed' || !hasEffectiveSettings(parameters)) return []
  return wrongValues(settingsFromLog(parameters)).map(({what, consequence}) => ({
    id: 'wrong-argument',
    level: 'warning',
    what,
    consequence,
  }))
}

/** True for a listing that has table mangle whole: an empty chain there has no rules in the pod either. */
function listsMangle(rulesets: readonly Ruleset[]): boolean {
  const chains = everyChain(rulesets.filter(({form}) => form === 'save'))
  return ['PREROUTING', 'OUTPUT'].every(hook =>
    chains.some(({table, chain}) => table.name === 'mangle' && chain.name === hook && chain.complete),
  )
}

/** What is missing of an ambient pod's marks; a text may lack it because it is not a whole listing. */
function brokenMarks({from, machine}: Kernel, rulesets: readonly Ruleset[]): readonly RulesetWarning[] {
  if (!isAmbientPod(rulesets) || (from !== 'live' && !listsMangle(rulesets))) return []
  const missing = missingMarks(rulesets, machine)
  if (missing.length === 0) return []
  return [
    {
      id: 'ambient-marks-missing',
      level: 'warning',
      what: missingMarksText(missing),
      consequence: 'Without them the answers of the application leave for the client instead of ztunnel (MCT1611).',
    },
  ]
}

/** A report about rulesets that are available, read or computed. */
export function reportOn(kernel: Kernel, source: NotedSource, subject: PodRef): IptablesReport {
  const {rulesets, machine} = kernel
  const excerpt = isExcerpt(rulesets)
  const known = families(rulesets, machine)
  const interceptions = known
    .map(family => interceptionOf(rulesets, machine, family))
    .filter(found => found !== undefined)
    .map(found => (kernel.from === 'text' ? markInsufficient(found, missingTablesIn(rulesets, found.family)) : found))
  const half = excerpt || showsHalf(rulesets) || (kernel.from === 'text' && isPiece(rulesets))
  const madeBy = half ? undefined : detectRelease(rulesets)?.text
  return {
    ...answeredFrom(source),
    gaps: kernel.gaps,
    notes: kernel.notes,
    ...definedFields({
      next: kernel.from === 'log' && source.traits.complete ? readNow(subject, kernel.debugImage) : undefined,
    }),
    subject,
    startUp: startUpNotice(kernel, source),
    kernel,
    rulesets,
    interceptions,
    rulesetWarnings: excerpt
      ? []
      : [
          ...wrongArguments(kernel),
          ...nodeWarnings(rulesets),
          ...brokenMarks(kernel, rulesets),
          ...rulesetWarningsOf(rulesets, interceptions),
          ...(kernel.from === 'text' ? emptyFamily(rulesets, interceptions) : []),
          ...ruleWarnings(rulesets, machine, known),
        ],
    madeBy,
    excerpt,
  }
}

/** The rules of a pod, what they do to its traffic, and what is odd about them. */
export async function iptablesReport(given: Source, subject: PodRef): Promise<IptablesReport> {
  const source = noted(given)
  return reportOn(await readableKernel(await readKernel(source, subject), source, subject), source, subject)
}
