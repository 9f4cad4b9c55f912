import {describe, expect, test} from '@jest/globals'
import {detectRelease} from '../../../../src/analysis/netfilter/detect-release.js'
import {settingsFromInit} from '../../../../src/analysis/netfilter/expected-rules/from-init.js'
import {
  type Exception,
  type Interception,
  interceptionOf,
} from '../../../../src/analysis/netfilter/interception/interception.js'
import {rulesetWarningsOf} from '../../../../src/analysis/netfilter/interception/ruleset-warnings.js'
import {withDefaultNetwork} from '../../../../src/analysis/netfilter/packet-walk/default-network.js'
import {ruleWords} from '../../../../src/analysis/netfilter/rule-words/words.js'
import {parseIpAddresses, parseIpRoutes, parseIpRules} from '../../../../src/formats/netfilter/ip-facts.js'
import {parseRules} from '../../../../src/formats/netfilter/parse-rules.js'
import type {IpFamily, Ruleset} from '../../../../src/model/kernel/ruleset.js'
import {
  actualRulesets,
  type RecordedRuleset,
  recordedReleases,
  recordedRulesets,
} from '../../../support/netfilter-corpus.js'

const RULESETS = recordedRulesets()

function recorded(name: string): RecordedRuleset {
  const found = RULESETS[name]
  if (found === undefined) throw new Error(name)
  return found
}

function interception(rulesets: readonly Ruleset[], addresses?: string, family: IpFamily = 'ip'): Interception {
  const facts = addresses === undefined ? {} : {interfaces: parseIpAddresses(addresses)}
  const found = interceptionOf(rulesets, withDefaultNetwork(facts, rulesets), family)
  if (found === undefined) throw new Error('no interception')
  return found
}

function values(exceptions: readonly Exception[], kind: Exception['kind'], captured: boolean): readonly string[] {
  return exceptions
    .filter(each => each.kind === kind && (each.verdict === 'captured') === captured)
    .map(each => each.value)
    .sort()
}

interface Parameters {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly resolv_conf: readonly string[]
  readonly pre: string | null
  readonly post: string | null
}

const PLAIN = Object.entries(RULESETS).filter(([name, {kind, files}]) => {
  const {pre, post} = JSON.parse(files['params.json'] ?? '{}') as Parameters
  return kind === 'agent' && pre === null && post === null && !name.includes('v6-only')
})

describe('the summary follows from the flags of istio-init', () => {
  test.each(PLAIN)('%s', (_name, record) => {
    const {args, env, resolv_conf} = JSON.parse(record.files['params.json'] ?? '{}') as Parameters
    const settings = settingsFromInit(args, env, {resolvers: resolv_conf, addresses: []})
    const {inbound, outbound, dnsUdp, mode} = interception(actualRulesets(record))
    const all = settings.inboundInclude === '*'
    expect(inbound.usual.verdict).toBe(all ? 'captured' : 'direct')
    if (all) {
      expect(inbound.usual.port).toBe(Number(settings.inboundPort))
      const tunnel = settings.mode === 'TPROXY' ? [] : [settings.tunnelPort]
      expect(values(inbound.exceptions, 'port', false)).toEqual(
        [...new Set([...settings.inboundExclude, ...tunnel])].sort(),
      )
    } else {
      expect(values(inbound.exceptions, 'port', true)).toEqual(
        settings.inboundInclude
          .split(',')
          .filter(port => port !== '')
          .sort(),
      )
    }
    const groups = settings.groupsInclude === '*' ? [] : settings.groupsInclude.split(',')
    const captures = settings.rangesInclude === '*' && groups.length === 0
    expect(outbound.usual.verdict).toBe(captures ? 'captured' : 'escapes')
    if (captures) {
      expect(outbound.usual.port).toBe(Number(settings.proxyPort))
      expect(values(outbound.exceptions, 'port', false)).toEqual([...settings.outboundExclude].sort())
      expect(values(outbound.exceptions, 'range', false)).toEqual(
        settings.rangesExclude
          .filter(range => !range.includes(':'))
          .map(range => range.replace('/32', ''))
          .sort(),
      )
      expect(values(outbound.exceptions, 'uid', false)).toEqual([...settings.uids].sort())
      expect(values(outbound.exceptions, 'gid', false)).toEqual([...settings.gids, ...settings.groupsExclude].sort())
    } else {
      expect(values(outbound.exceptions, 'gid', true)).toEqual([...groups].sort())
      expect(values(outbound.exceptions, 'port', true)).toEqual(
        settings.rangesInclude === '*' ? [] : [...settings.outboundInclude].sort(),
      )
    }
    expect(dnsUdp.verdict).toBe(
      settings.dns && (settings.dnsAll || resolv_conf.length > 0) && groups.length === 0 ? 'captured' : 'escapes',
    )
    const nothing = settings.inboundInclude === '' && settings.rangesInclude === ''
    expect(mode).toBe(nothing ? 'none' : settings.mode === 'TPROXY' ? 'tproxy' : 'redirect')
  })
})

function ids(name: string, family?: 'both'): readonly string[] {
  const record = recorded(name)
  const rulesets = actualRulesets(record)
  const addresses = family === undefined ? undefined : record.files['ip-addr.txt']
  const families: readonly IpFamily[] = family === undefined ? ['ip'] : ['ip', 'ip6']
  return rulesetWarningsOf(
    rulesets,
    families.map(each => interception(rulesets, addresses, each)),
  ).map(({id}) => id)
}

describe('a pod without a default route', () => {
  test('still gets an answer about outbound traffic', () => {
    const rulesets = actualRulesets(recorded('r01-default'))
    const interfaces = parseIpAddresses('2: eth0@if2: <UP>\n    inet 10.9.9.9/24 scope global eth0\n')
    const routes = parseIpRoutes(
      '10.9.9.0/24 dev eth0 proto kernel scope link src 10.9.9.9\nlocal 10.9.9.9 dev eth0 table local src 10.9.9.9\n',
    )
    const policyRules = parseIpRules('0:\tfrom all lookup local\n32766:\tfrom all lookup main\n')
    const found = interceptionOf(rulesets, withDefaultNetwork({interfaces, routes, policyRules}, rulesets), 'ip')
    expect(found?.outbound.usual).toMatchObject({verdict: 'captured', port: 15001})
  })
})

describe('what is odd', () => {
  test.each([
    ['r01-default', []],
    ['r04-no-args', ['nothing-captured']],
    ['r53-applied-twice', ['two-backends']],
    ['r55-tampered-flush', ['outbound-cut-off']],
    ['r56-tampered-extra-return', ['not-istio']],
    ['r57-netpol-drop', ['filter-drop', 'filter-drop']],
    ['a02-ambient-dns', []],
    ['r51-kitchen-sink', []],
  ] as const)('%s: %j', (name, expected) => expect(ids(name)).toEqual(expected))

  test('IPv6 of a pod whose istio thinks it is IPv4 only is open with iptables, half captured with nftables', () => {
    expect(ids('r27-dual-stack-off', 'both')).toEqual(['ipv6-open'])
    expect(ids('r61-dual-stack-off-nft', 'both')).toEqual(['ipv6-half'])
    expect(ids('r26-dual-stack', 'both')).toEqual([])
  })

  test('rules without an exemption for the proxy make it loop', () => {
    const text =
      '*nat\n:OUTPUT ACCEPT [0:0]\n:ISTIO_OUTPUT - [0:0]\n-A OUTPUT -p tcp -j ISTIO_OUTPUT\n-A ISTIO_OUTPUT -p tcp -j REDIRECT --to-ports 15001\nCOMMIT\n'
    const {rulesets} = parseRules(text)
    expect(rulesetWarningsOf(rulesets, [interception(rulesets)]).map(({id}) => id)).toContain('proxy-loops')
  })

  test('foreign chains are named by their owner', () => {
    const text =
      '*nat\n:OUTPUT ACCEPT [0:0]\n:ISTIO_OUTPUT - [0:0]\n:KUBE-SERVICES - [0:0]\n-A OUTPUT -j KUBE-SERVICES\n-A OUTPUT -j ISTIO_OUTPUT\n-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN\nCOMMIT\n'
    const {rulesets} = parseRules(text)
    const found = rulesetWarningsOf(rulesets, [interception(rulesets)])
    expect(found.map(({id}) => id)).not.toContain('not-istio')
    expect(found.find(({id}) => id === 'foreign')?.what).toContain('kube-proxy')
  })
})

describe('words', () => {
  const everyRule = Object.entries(RULESETS).flatMap(([name, record]) =>
    actualRulesets(record).flatMap(set =>
      set.tables.flatMap(table => table.chains.flatMap(chain => chain.rules.map(rule => ({name, table, chain, rule})))),
    ),
  )

  test('every rule istio made, of every release and mode, has a purpose', () => {
    const made = everyRule.filter(({name}) => !/^r5[4-8]/.test(name))
    const without = made.filter(({table, chain, rule}) => ruleWords(table.name, chain, rule).purpose === undefined)
    expect(without.map(({name, rule}) => `${name}: ${rule.text}`)).toEqual([])
    expect(made.length).toBeGreaterThan(1600)
  })

  test('no sentence is left with a hole in it', () => {
    const sentences = everyRule
      .map(({table, chain, rule}) => ruleWords(table.name, chain, rule))
      .flatMap(({reading, purpose}) => [reading, purpose?.sentence ?? ''])
    expect(sentences.filter(text => /[{}]|undefined| {2}| \.$| ,/.test(text))).toEqual([])
  })

  test.each([
    [
      '-A ISTIO_INBOUND -p tcp -m tcp --dport 9999 -j RETURN',
      'Port 9999 is excluded: it goes directly to the app, without mTLS, policy and telemetry.',
    ],
    ['-A ISTIO_OUTPUT -d 192.168.0.0/16 -j RETURN', 'Traffic to 192.168.0.0/16 bypasses the sidecar.'],
    ['-A ISTIO_OUTPUT -m owner --gid-owner 2000 -j RETURN', 'Processes of group 2000 are not captured.'],
    [
      '-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN',
      'Traffic from uid 1337 (the sidecar) is not captured; apps must not use this id.',
    ],
  ])('%s', (line, sentence) => {
    const table = parseRules(`*nat\n${line}\nCOMMIT\n`).rulesets[0]?.tables[0]
    const chain = table?.chains[0]
    const rule = chain?.rules[0]
    if (table === undefined || chain === undefined || rule === undefined) throw new Error('nothing was read')
    expect(ruleWords(table.name, chain, rule).purpose?.sentence).toBe(sentence)
  })
})

describe('the release is detected from the rules', () => {
  test('for every recorded release and setting', () => {
    const wrong = Object.entries(recordedReleases().saved).filter(([place, text]) => {
      if (!place.endsWith('.v4')) return false
      const era = detectRelease(parseRules(text).rulesets)
      const minor = Number(place.split('/')[0]?.split('.')[1])
      return era === undefined || minor < era.from || minor > era.to
    })
    expect(wrong.map(([place]) => place)).toEqual([])
  })

  test.each([
    ['e10-shell', 'Istio 1.0 to 1.2'],
    ['e12-shell-tproxy', 'Istio 1.0 to 1.2'],
    ['e14-shell', 'Istio 1.3 or 1.4'],
    ['a10-ambient-1.21-tproxy', 'ambient mode of Istio 1.21 to 1.23'],
    ['a01-ambient', 'ambient mode of Istio 1.24 or later'],
    ['r03-default-nft', 'Istio 1.25 or later'],
  ])('%s is %s', (name, words) => expect(detectRelease(actualRulesets(recorded(name)))?.text).toBe(words))
})
