import {ruleKey} from '../../model/rule-key.js'
import {everyRule, type Ruleset} from '../../model/ruleset.js'
import {canonicalChain, canonicalTable} from './istio-names.js'

/** Which releases of Istio make such rules: minor versions of 1.x, both ends included; 0 stands for releases before 1.0. */
export interface Era {
  readonly from: number
  readonly to: number
  readonly words: string
}

type Marks = (line: (pattern: RegExp) => boolean) => boolean

const NEWEST = 31

/** What tells releases apart, newest first; each row is asked only when those above it did not fit (release notes, recorded rulesets). */
const ERAS: readonly (readonly [Marks, Era])[] = [
  [has => has(/ISTIO_PRERT .*-> tproxy/), {from: 21, to: 23, words: 'ambient mode of Istio 1.21 to 1.23'}],
  [has => has(/^\w+\/ISTIO_PRERT /), {from: 24, to: NEWEST, words: 'ambient mode of Istio 1.24 or later'}],
  [has => has(/ztunnel-/), {from: 18, to: 20, words: 'ambient mode of Istio 1.18 to 1.20, obsolete'}],
  [has => has(/^nat\/OUTPUT -> jump ISTIO_OUTPUT$/), {from: 25, to: NEWEST, words: 'Istio 1.25 or later'}],
  [
    has =>
      has(
        /!destination-port=(53,)?\d+ !destination\S* out-interface=lo protocol=tcp (uid|gid)=\S+ -> jump ISTIO_IN_REDIRECT/,
      ) && !has(/!destination-port=53 !destination/),
    {from: 18, to: 24, words: 'Istio 1.18 to 1.24'},
  ],
  [
    has =>
      has(/out-interface=lo( protocol=tcp)? uid=\S+ -> jump ISTIO_IN_REDIRECT/) &&
      has(/ISTIO_INBOUND destination-port=15008/) &&
      has(/ISTIO_INBOUND destination-port=22 /),
    {from: 7, to: 12, words: 'Istio 1.7 to 1.12'},
  ],
  [
    has =>
      has(/out-interface=lo( protocol=tcp)? uid=\S+ -> jump ISTIO_IN_REDIRECT/) &&
      has(/ISTIO_INBOUND destination-port=15008/),
    {from: 7, to: 17, words: 'Istio 1.7 to 1.17'},
  ],
  [has => has(/uid=\S+ -> jump ISTIO_IN_REDIRECT/), {from: 5, to: 6, words: 'Istio 1.5 or 1.6'}],
  [has => has(/ISTIO_OUTPUT out-interface=lo source=127\.0\.0\.6/), {from: 3, to: 4, words: 'Istio 1.3 or 1.4'}],
  [has => has(/^nat\/ISTIO_IN_REDIRECT /) || has(/^\w+\/ISTIO_INBOUND /), {from: 0, to: 2, words: 'Istio 1.0 to 1.2'}],
  [has => has(/^nat\/PREROUTING -> jump ISTIO_REDIRECT/), {from: 0, to: 0, words: 'Istio before 1.0'}],
]

/** Which releases make rules like these, judged by what changed between releases; undefined when they are not istio's. */
export function eraOf(rulesets: readonly Ruleset[]): Era | undefined {
  const lines = everyRule(rulesets).map(
    ({table, chain, rule}) =>
      `${canonicalTable(table.name)}/${canonicalChain(chain.name)} ${canonicalKey(ruleKey(rule))}`,
  )
  const has = (pattern: RegExp) => lines.some(line => pattern.test(line))
  return ERAS.find(([marks]) => marks(has))?.[1]
}

function canonicalKey(key: string): string {
  return key.replace(/(jump|goto) (\S+)/, (_, verb: string, name: string) => `${verb} ${canonicalChain(name)}`)
}
