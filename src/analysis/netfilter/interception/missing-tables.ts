import {definedFields} from '../../../model/collections/defined-fields.js'
import {
  type Chain,
  type IpFamily,
  LEGACY_ELSEWHERE,
  LISTING_CUT,
  type Ruleset,
  TABLE_ASSUMED,
} from '../../../model/kernel/ruleset.js'
import {isUncaptured} from '../packet-walk/verdict.js'
import {type Direction, type Interception, modeOf, type TrafficOutcome} from './interception.js'

/** Why the verdicts of a direction cannot be determined from a text, where it may not hold all that decides. */
export interface MissingTables {
  readonly inbound?: string
  readonly outbound?: string
  /** Why inbound traffic that table nat lets alone may still be captured: TPROXY works in table mangle. */
  readonly tproxy?: string
}

/** iptables-save, -S and -L print every built-in chain of a table, empty or not; what was asked for at start (restore input) has none. */
function printsBuiltIns(set: Ruleset): boolean {
  return set.form === 'save' || set.form === 'list' || set.form === 'list-rules'
}

function entry(set: Ruleset, name: 'PREROUTING' | 'OUTPUT'): Chain | undefined {
  return set.tables.find(table => table.name === 'nat')?.chains.find(chain => chain.name === name)
}

function missing(sets: readonly Ruleset[], name: 'PREROUTING' | 'OUTPUT'): string | undefined {
  if (sets.some(set => set.losses.includes(TABLE_ASSUMED))) return TABLE_ASSUMED
  if (sets.some(set => !printsBuiltIns(set) || entry(set, name) !== undefined)) {
    return sets.some(set => set.losses.includes(LEGACY_ELSEWHERE)) ? LEGACY_ELSEWHERE : undefined
  }
  const nat = sets.some(set => set.tables.some(table => table.name === 'nat'))
  return nat ? `chain ${name} of table nat is not in the given text` : 'table nat is not in the given text'
}

/**
 * What a pasted text lacks for a family: what is behind the end of a listing of nft that was cut off, the built-in chains by which packets enter table nat, the other back end, and table mangle where
 * each table is listed by itself (-L and -S; iptables-save prints all there are).
 */
export function missingTablesIn(rulesets: readonly Ruleset[], family: IpFamily): MissingTables {
  if (rulesets.some(set => set.losses.includes(LISTING_CUT))) return {inbound: LISTING_CUT, outbound: LISTING_CUT}
  const sets = rulesets.filter(set => set.backend !== 'native' && set.family === family)
  const native = rulesets.some(set => set.backend === 'native')
  if (sets.length === 0 || native) return {}
  const inbound = missing(sets, 'PREROUTING')
  const outbound = missing(sets, 'OUTPUT')
  const listed = sets.every(set => set.form === 'list' || set.form === 'list-rules')
  const mangle = sets.some(set => set.tables.some(table => table.name === 'mangle'))
  return {
    ...definedFields({
      inbound,
      outbound,
      tproxy: listed && !mangle ? 'table mangle, where TPROXY would be, is not in the given text' : undefined,
    }),
  }
}

/** Why nothing is known of a family's packets: a text with rules of the other family alone says nothing about its own. Undefined where it has some. */
export function missingFamilyIn(rulesets: readonly Ruleset[], family: IpFamily): string | undefined {
  if (rulesets.some(set => set.backend === 'native' || set.family === family)) return undefined
  return `the rules of ${family === 'ip' ? 'IPv4' : 'IPv6'} are not in the given text`
}

function isOpen({verdict}: TrafficOutcome): boolean {
  return isUncaptured(verdict)
}

function hide(trafficOutcome: TrafficOutcome, why: string | undefined): TrafficOutcome {
  return isOpen(trafficOutcome) && why !== undefined ? {verdict: 'insufficient', why} : trafficOutcome
}

function hideIn(direction: Direction, why: string | undefined): Direction {
  const usual = hide(direction.usual, why)
  if (usual === direction.usual) return direction
  return {...direction, usual, exceptions: direction.exceptions.filter(each => each.verdict === 'captured')}
}

/** Why a packet that no rule captures may be captured after all, by direction: by a rule in what the text lacks. */
export function whyOpen(
  {inbound: into, outbound: out}: Interception,
  {inbound, outbound, tproxy}: MissingTables,
): Pick<MissingTables, 'inbound' | 'outbound'> {
  const redirects = into.exceptions.some(({verdict}) => verdict === 'captured')
  return definedFields({
    inbound: isOpen(into.usual) ? (inbound ?? (redirects ? undefined : tproxy)) : undefined,
    outbound: isOpen(out.usual) ? outbound : undefined,
  })
}

/** The same answers, but without those that only say that no rule captures, where such a rule may be in what the text lacks. */
export function markInsufficient(found: Interception, missing: MissingTables): Interception {
  const {outbound} = missing
  const into = hideIn(found.inbound, whyOpen(found, missing).inbound)
  const out = hideIn(found.outbound, outbound)
  return {
    ...found,
    mode: modeOf(into, out, found.mode === 'tproxy'),
    inbound: into,
    outbound: out,
    proxyToSelf: hide(found.proxyToSelf, outbound),
    appToSelf: hide(found.appToSelf, outbound),
    appToLocalhost: hide(found.appToLocalhost, outbound),
    dnsUdp: hide(found.dnsUdp, outbound),
    dnsTcp: hide(found.dnsTcp, outbound),
    dns: {udp: hideIn(found.dns.udp, outbound), tcp: hideIn(found.dns.tcp, outbound)},
    udpOutbound: hideIn(found.udpOutbound, outbound),
    udp: hide(found.udp, outbound),
  }
}
