import {ruleKey} from '../../model/kernel/rule-key.js'
import {everyRule, type Ruleset} from '../../model/kernel/ruleset.js'
import {BEFORE_1_0, NEWEST, type ReleaseRange, rangeText} from './expected-rules/releases.js'
import {canonicalChain, canonicalTable} from './istio-names.js'

/** Which releases of Istio generate such rules: minor versions of 1.x, both ends included. */
export interface DetectedRelease extends ReleaseRange {
  readonly text: string
}

type Marks = (line: (pattern: RegExp) => boolean) => boolean

/** The port of HBONE, which rules know since 1.7. */
const TUNNEL = /ISTIO_INBOUND destination-port=15008/

/** What distinguishes releases, newest first; each row is asked only when those above it did not fit (release notes, recorded rulesets). */
const RELEASE_MARKS: readonly (readonly [Marks, ReleaseRange & {readonly mode?: string}])[] = [
  [has => has(/ISTIO_PRERT .{0,500}-> tproxy/), {from: 21, to: 23, mode: 'ambient mode of '}],
  [has => has(/^\w+\/ISTIO_PRERT /), {from: 24, to: NEWEST, mode: 'ambient mode of '}],
  [has => has(/ztunnel-/), {from: 18, to: 20, mode: 'obsolete ambient mode of '}],
  [has => has(/^nat\/OUTPUT -> jump ISTIO_OUTPUT$/), {from: 25, to: NEWEST}],
  [
    has =>
      has(
        /!destination-port=(53,)?\d+ !destination\S* out-interface=lo protocol=tcp (uid|gid)=\S+ -> jump ISTIO_IN_REDIRECT/,
      ) && !has(/!destination-port=53 !destination/),
    {from: 18, to: 24},
  ],
  [
    has =>
      has(/out-interface=lo( protocol=tcp)? uid=\S+ -> jump ISTIO_IN_REDIRECT/) &&
      has(/ISTIO_INBOUND destination-port=15008/) &&
      has(/ISTIO_INBOUND destination-port=22 /),
    {from: 7, to: 12},
  ],
  [
    has =>
      has(/out-interface=lo( protocol=tcp)? uid=\S+ -> jump ISTIO_IN_REDIRECT/) &&
      has(/ISTIO_INBOUND destination-port=15008/),
    {from: 7, to: 17},
  ],
  [
    has => has(/uid=[^\s=]+ -> jump ISTIO_IN_REDIRECT/) && has(/ destination-port=53 .*-> redirect 15053$/),
    {from: 8, to: 17},
  ],
  [has => has(/uid=[^\s=]+ -> jump ISTIO_IN_REDIRECT/), {from: 5, to: 6}],
  [
    has =>
      has(/ISTIO_OUTPUT out-interface=lo source=127\.0\.0\.6/) ||
      (has(/^nat\/ISTIO_IN_REDIRECT .*redirect 15006$/) && has(/^nat\/ISTIO_OUTPUT /) && !has(TUNNEL)),
    {from: 3, to: 4},
  ],
  [
    has => (has(/^nat\/ISTIO_IN_REDIRECT /) || has(/^\w+\/ISTIO_INBOUND /)) && !has(/redirect 15006$/) && !has(TUNNEL),
    {from: 0, to: 2},
  ],
  [has => has(/^nat\/PREROUTING -> jump ISTIO_REDIRECT/), {from: BEFORE_1_0, to: BEFORE_1_0}],
]

/** In every rule that a mark of a release is about: its chain, the chain it leads to, the set it asks for or the port of Istio's DNS proxy. */
const TELLING = /istio|ztunnel|15053/i

/** Which releases make rules like these, judged by what changed between releases; undefined when they are not Istio's. */
export function detectRelease(rulesets: readonly Ruleset[]): DetectedRelease | undefined {
  const lines = everyRule(rulesets)
    .filter(({chain, rule}) => TELLING.test(chain.name) || TELLING.test(rule.text))
    .map(
      ({table, chain, rule}) =>
        `${canonicalTable(table.name)}/${canonicalChain(chain.name)} ${canonicalKey(ruleKey(rule))}`,
    )
  const has = (pattern: RegExp) => lines.some(line => pattern.test(line))
  const found = RELEASE_MARKS.find(([marks]) => marks(has))?.[1]
  return found === undefined ? undefined : {...found, text: `${found.mode ?? ''}${rangeText(found)}`}
}

function canonicalKey(key: string): string {
  return key.replace(/(jump|goto) (\S+)/, (_, verb: string, name: string) => `${verb} ${canonicalChain(name)}`)
}
