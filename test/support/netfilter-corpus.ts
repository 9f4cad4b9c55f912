import {readFileSync} from 'node:fs'
import {gunzipSync} from 'node:zlib'
import {parseRules} from '../../src/formats/netfilter/parse-rules.js'
import type {Ruleset} from '../../src/model/kernel/ruleset.js'

/** One recorded ruleset: its text in each form, by the name of the command that printed it. */
export interface RecordedRuleset {
  readonly kind: 'agent' | 'ambient' | 'restore' | 'shell'
  readonly files: Readonly<Record<string, string>>
}

/** What really became of a packet. */
export interface RecordedPacket {
  readonly id: string
  readonly ruleset: string
  readonly packet: Readonly<Record<string, unknown>>
  readonly result: {
    readonly outcome: string
    readonly landed?: {readonly ns: string; readonly port: number}
    readonly local?: string
    readonly peer?: string
    readonly orig_dst?: string
    readonly nat: readonly (readonly [string, number])[]
    readonly path?: readonly (readonly [string, number])[]
  }
}

/** Rules of past releases: what istio-init fed to iptables-restore, and what iptables-save printed afterwards. */
export interface RecordedReleases {
  readonly settings: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly saved: Readonly<Record<string, string>>
  readonly restore: Readonly<Record<string, string>>
}

function read<T>(name: string): T {
  return JSON.parse(gunzipSync(readFileSync(`test/fixtures/netfilter/${name}.json.gz`)).toString('utf8')) as T
}

/** The recorded rulesets by name. */
export function recordedRulesets(): Readonly<Record<string, RecordedRuleset>> {
  return read('rulesets')
}

/** The recorded packets. */
export function recordedPackets(): readonly RecordedPacket[] {
  return read('packets')
}

/** The recorded rules of Istio 1.5 to 1.30. */
export function recordedReleases(): RecordedReleases {
  return read('releases')
}

/** The rules a recorded pod had, read from the complete forms: saves of both families, and native nftables. */
export function actualRulesets({files}: RecordedRuleset): readonly Ruleset[] {
  const saves = ['iptables-save-c.txt', 'ip6tables-save-c.txt'].flatMap(name => parseRules(files[name] ?? '').rulesets)
  const nft = parseRules(files['nft-list-ruleset.txt'] ?? '').rulesets
  const seen = nft.filter(
    set => set.backend === 'native' || !saves.some(save => save.family === set.family && save.backend === 'nft'),
  )
  return [...seen, ...saves]
}
