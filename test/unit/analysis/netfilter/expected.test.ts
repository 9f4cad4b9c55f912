import {describe, expect, test} from '@jest/globals'
import {driftOf} from '../../../../src/analysis/netfilter/drift/drift.js'
import {ambientRulesets} from '../../../../src/analysis/netfilter/expected-rules/ambient.js'
import {expectedRulesets} from '../../../../src/analysis/netfilter/expected-rules/expected.js'
import {initLine, initWords, settingsFromInit} from '../../../../src/analysis/netfilter/expected-rules/from-init.js'
import {hasEffectiveSettings, settingsFromLog} from '../../../../src/analysis/netfilter/expected-rules/from-log.js'
import {BEFORE_1_0, NEWEST, RELEASES, rangesText} from '../../../../src/analysis/netfilter/expected-rules/releases.js'
import {withDefaultNetwork} from '../../../../src/analysis/netfilter/packet-walk/default-network.js'
import {nftText} from '../../../../src/analysis/netfilter/rule-words/nft-text.js'
import {saveText} from '../../../../src/analysis/netfilter/rule-words/save-text.js'
import {parseRules} from '../../../../src/formats/netfilter/parse-rules.js'
import {ruleKey} from '../../../../src/model/kernel/rule-key.js'
import type {Ruleset} from '../../../../src/model/kernel/ruleset.js'
import {
  actualRulesets,
  type RecordedRuleset,
  recordedReleases,
  recordedRulesets,
} from '../../../support/netfilter-corpus.js'

interface Parameters {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly resolv_conf: readonly string[]
  readonly backend: string
  readonly pre: string | null
  readonly post: string | null
  readonly pod: {readonly ipv4: readonly string[]; readonly ipv6: readonly string[]}
}

const RULESETS = Object.entries(recordedRulesets())
const AGENT = RULESETS.filter(([, {kind}]) => kind === 'agent')

function parametersOf({files}: RecordedRuleset): Parameters {
  return JSON.parse(files['params.json'] ?? '{}') as Parameters
}

/** The rules of the back end the pod was programmed with; a second store is residue, looked at apart. */
function programmed(recorded: RecordedRuleset): readonly Ruleset[] {
  const {backend} = parametersOf(recorded)
  const wanted = backend === 'nft' ? 'native' : backend.replace('iptables-', '')
  return actualRulesets(recorded).filter(
    set => set.backend === wanted || (wanted !== 'native' && set.family === 'ip6' && set.backend === 'nft'),
  )
}

function lines(rulesets: readonly Ruleset[]): readonly string[] {
  return rulesets
    .flatMap(({tables}) =>
      tables.flatMap(({family, name, chains}) =>
        chains.flatMap(chain =>
          chain.rules.map(rule => `${family} ${name}/${chain.name} ${rule.position} ${ruleKey(rule)}`),
        ),
      ),
    )
    .sort()
}

function expectedOf(recorded: RecordedRuleset): readonly Ruleset[] {
  const {args, env, resolv_conf, pod} = parametersOf(recorded)
  return expectedRulesets(
    settingsFromInit(args, env, {resolvers: resolv_conf, addresses: [...pod.ipv4, ...pod.ipv6]}),
    31,
  )
}

function isTampered(recorded: RecordedRuleset): boolean {
  const {pre, post} = parametersOf(recorded)
  return pre !== null || post !== null
}

describe('expected rules equal those istio made', () => {
  const untouched = AGENT.filter(([, recorded]) => !isTampered(recorded))

  test.each(untouched)('%s, from arguments and environment', (_name, recorded) => {
    expect(lines(expectedOf(recorded))).toEqual(lines(programmed(recorded)))
  })

  test.each(untouched.filter(([, {files}]) => hasEffectiveSettings(parseRules(files['init.log'] ?? '').parameters)))(
    '%s, from the log',
    (_name, recorded) => {
      const logged = parseRules(recorded.files['init.log'] ?? '').parameters
      expect(lines(expectedRulesets(settingsFromLog(logged), 31))).toEqual(lines(programmed(recorded)))
    },
  )

  test.each(RULESETS.filter(([, {kind}]) => kind === 'ambient'))('%s', (_name, recorded) => {
    const {args} = parametersOf(recorded)
    const has = (flag: string) => args.includes(flag)
    const settings = {
      dns: has('-dns'),
      bypassInbound: has('-ingress'),
      virtualInterfaces: has('-virt') ? ['eth1'] : [],
      ipv6: has('-ipv6'),
      native: has('-nft'),
    }
    expect(lines(ambientRulesets(settings))).toEqual(lines(programmed(recorded)))
  })

  test('in every release from 1.5 to 1.30, for every recorded setting', () => {
    const {saved, settings} = recordedReleases()
    const wrong = Object.entries(saved).filter(([place, text]) => {
      const [release = '', file = ''] = place.split('/')
      const [name = '', version] = file.split('.')
      const family = version === 'v6' ? 'ip6' : 'ip'
      const values = Object.fromEntries(
        Object.entries(settings[name] ?? {}).map(([key, value]) => [
          key,
          Array.isArray(value) ? value.join(',') : String(value),
        ]),
      )
      const expected = expectedRulesets({...settingsFromLog(values), ipv6: true}, Number(release.split('.')[1])).filter(
        set => set.family === family,
      )
      return lines(expected).join('\n') !== lines(parseRules(text, {family}).rulesets).join('\n')
    })
    expect(wrong.map(([place]) => place)).toEqual([])
    expect(Object.keys(saved).length).toBeGreaterThan(690)
  })
})

describe('rules of the shell script before 1.5', () => {
  const shell = RULESETS.filter(([, {kind}]) => kind === 'shell')
  const natAndMangle = (sets: readonly Ruleset[]) =>
    lines(sets.filter(({family}) => family === 'ip')).filter(line => /^ip (nat|mangle)\//.test(line))

  test('there are recordings of 1.0 to 1.4', () => expect(shell.length).toBeGreaterThan(4))

  test.each(shell)('%s', (_name, recorded) => {
    const {args, env, pod, istio} = JSON.parse(recorded.files['params.json'] ?? '{}') as Parameters & {istio: string}
    const settings = settingsFromInit(args, env, {resolvers: [], addresses: pod.ipv4})
    expect(natAndMangle(expectedRulesets(settings, Number(istio.split('.')[1])))).toEqual(
      natAndMangle(actualRulesets(recorded)),
    )
  })

  test('0.7, as a public walk-through shows its rules (-p 15001 -u 1337)', () => {
    const settings = settingsFromInit(['-p', '15001', '-u', '1337'], {}, {resolvers: [], addresses: []})
    expect(lines(expectedRulesets(settings, BEFORE_1_0))).toEqual(
      [
        'ip nat/ISTIO_OUTPUT 1 !destination=127.0.0.1 out-interface=lo -> jump ISTIO_REDIRECT',
        'ip nat/ISTIO_OUTPUT 2 uid=1337 -> return',
        'ip nat/ISTIO_OUTPUT 3 destination=127.0.0.1 -> return',
        'ip nat/ISTIO_OUTPUT 4 -> jump ISTIO_REDIRECT',
        'ip nat/ISTIO_REDIRECT 1 protocol=tcp -> redirect 15001',
        'ip nat/OUTPUT 1 protocol=tcp -> jump ISTIO_OUTPUT',
        'ip nat/PREROUTING 1 -> jump ISTIO_REDIRECT',
      ].sort(),
    )
  })
})

describe('the releases', () => {
  test('those at which recorded rules changed begin a range', () => {
    const starts = new Set(RELEASES.map(({from}) => from))
    for (const minor of [5, 6, 7, 8, 9, 11, 12, 13, 14, 18, 20, 23, 24, 25]) expect(starts).toContain(minor)
  })
  test('every release is in one range', () => {
    for (let minor = BEFORE_1_0; minor <= NEWEST; minor++)
      expect(RELEASES.filter(({from, to}) => from <= minor && minor <= to)).toHaveLength(1)
  })
  test.each([
    [[{from: 25, to: 31}], 'Istio 1.25 or later'],
    [[{from: 5, to: 6}], 'Istio 1.5 or 1.6'],
    [[{from: 18, to: 24}], 'Istio 1.18 to 1.24'],
    [
      [
        {from: 20, to: 22},
        {from: 18, to: 19},
        {from: 5, to: 5},
      ],
      'Istio 1.5, Istio 1.18 to 1.22',
    ],
    [[{from: -1, to: -1}], 'Istio before 1.0'],
  ])('in words %#', (ranges, text) => expect(rangesText(ranges)).toBe(text))
})

describe('the command line of istio-init', () => {
  const of = (command: readonly string[], args: readonly string[]) => initWords({command, args})
  test('flags in command, as 1.5 writes them', () => {
    expect(of(['istio-iptables', '-p', '15001', '-x', '', '-b', '*'], [])).toEqual([
      'istio-iptables',
      '-p',
      '15001',
      '-x',
      '',
      '-b',
      '*',
    ])
  })
  test('a line for a shell', () => {
    expect(of(['sh', '-c'], ['istio-iptables -p 15001 -x "" -b \'*\''])).toEqual([
      'sh',
      '-c',
      'istio-iptables',
      '-p',
      '15001',
      '-x',
      '',
      '-b',
      '*',
    ])
  })
  test.each([
    ['istio-iptables -p 15001 -x "" -b "*"'],
    ['+ /usr/local/bin/pilot-agent istio-iptables -p 15001 -x "" -b "*"'],
    ['-p 15001 -x "" -b "*"'],
    ['$ istio-iptables.sh -p 15001 -x "" -b "*"'],
    ['command: ["istio-iptables", "-p", "15001", "-x", "", "-b", "*"]'],
  ])('pasted: %s', line => {
    const settings = settingsFromInit(initLine(line) ?? [], {}, {resolvers: [], addresses: []})
    expect(settings).toMatchObject({proxyPort: '15001', inboundInclude: '*', rangesExclude: []})
  })
  test('other text is none', () => expect(initLine('iptables -t nat -A OUTPUT -p tcp -j ACCEPT')).toBeUndefined())
})

describe('computed rules as text', () => {
  test.each(AGENT)('%s reads back as the same rules', (_name, recorded) => {
    const expected = expectedOf(recorded)
    const again = expected.flatMap(
      set =>
        parseRules(
          set.backend === 'native' ? nftText(set) : saveText(set),
          set.family === 'inet' ? {} : {family: set.family},
        ).rulesets,
    )
    expect(lines(again)).toEqual(lines(expected))
  })
})

function drift(name: string) {
  const recorded = recordedRulesets()[name]
  if (recorded === undefined) throw new Error(name)
  const actual = actualRulesets(recorded)
  return driftOf(expectedOf(recorded), actual, withDefaultNetwork({}, actual)).map(
    ({kind, place, expected, actual: held, effective, consequences}) => ({
      kind,
      place,
      missing: expected.length,
      extra: held.map(rule => rule.text),
      effective,
      consequences,
    }),
  )
}

describe('drift is exactly the tampering', () => {
  test('r54: a rule of somebody else in the nat table of the legacy store changes nothing', () => {
    expect(drift('r54-legacy-residue')).toEqual([
      {
        kind: 'extra',
        place: 'nat/POSTROUTING',
        missing: 0,
        extra: ['-A POSTROUTING -j RETURN'],
        effective: false,
        consequences: [],
      },
    ])
  })

  test('r55: ISTIO_OUTPUT flushed', () => {
    expect(drift('r55-tampered-flush')).toEqual([
      expect.objectContaining({kind: 'missing', place: 'nat/ISTIO_OUTPUT', missing: 9, extra: [], effective: true}),
    ])
    expect(drift('r55-tampered-flush')[0]?.consequences[0]).toMatch(/^outbound TCP (.*)bypasses the sidecar/)
  })

  test('r56: a RETURN for 443 in front', () => {
    expect(drift('r56-tampered-extra-return')).toEqual([
      {
        kind: 'extra',
        place: 'nat/OUTPUT',
        missing: 0,
        extra: ['-A OUTPUT -p tcp -m tcp --dport 443 -j RETURN'],
        effective: true,
        consequences: [
          'outbound TCP (port 443) bypasses the sidecar: no routing rules, no mTLS, no telemetry',
          'traffic from the sidecar to its own pod (port 443 uid 1337) bypasses the sidecar: connections from the pod to its own service are not treated as inbound, so policy does not apply',
          'and unusual packets: to loopback; not sent by a process; sent by the pod with a mark; from a bound source address; from a bound source address with a mark',
        ],
      },
    ])
  })

  test('r57: two filter rules, of which the one on the rewritten port matters', () => {
    expect(drift('r57-netpol-drop')).toEqual([
      expect.objectContaining({
        kind: 'extra',
        place: 'filter/INPUT',
        effective: true,
        consequences: [
          'inbound TCP (source 10.30.0.0/24 ports other than 15008, 15020, 15021, 15090) is rejected (expected: goes to the proxy (port 15006))',
          'traffic from the sidecar to its own pod (port 9090 uids other than 1337) is dropped (expected: bypasses the proxy)',
          'traffic from an app to its own pod (port 9090) is dropped (expected: bypasses the proxy)',
          'traffic from an app to localhost (port 9090) is dropped (expected: bypasses the proxy)',
          expect.stringMatching(
            /^and unusual packets: to loopback; arriving on eth0 for another address, or from one of the pod's own; .*; sent by the pod later in a connection; from a bound source address; /,
          ),
        ],
      }),
    ])
    expect(drift('r57-netpol-drop')[0]?.extra).toHaveLength(2)
  })

  test('r58: a second jump that no packet feels', () => {
    expect(drift('r58-dup-jump')).toEqual([
      {
        kind: 'extra',
        place: 'nat/OUTPUT',
        missing: 0,
        extra: ['-A OUTPUT -p tcp -j ISTIO_OUTPUT'],
        effective: false,
        consequences: [],
      },
    ])
  })

  test('r53: the same rules in both stores', () => {
    expect(drift('r53-applied-twice').map(({kind}) => kind)).toEqual(['residue'])
  })

  const untouched = AGENT.filter(([name, recorded]) => !isTampered(recorded) && name !== 'r53-applied-twice').map(
    ([name]) => name,
  )
  test.each(untouched)('%s: none', name => expect(drift(name)).toEqual([]))
})
