import {describe, expect, test} from '@jest/globals'
import {kernelNote, kernelWords} from '../../../src/analysis/netfilter/rule-words/chain-notes.js'
import {RESPONSE_FLAGS} from '../../../src/model/envoy/response-flags.js'
import {MESH_TERMS} from '../../../src/model/istio/mesh-terms.js'
import {ALL_WORDS, meaningsOf, WORD_GROUPS} from '../../../src/model/vocabulary/words.js'
import {contentsReport, contentsView} from '../../../src/reports/explain/contents.js'
import {explainReport} from '../../../src/reports/explain/report.js'
import {explainView} from '../../../src/reports/explain/view.js'
import {RULES} from '../../../src/rules/registry.js'
import {renderDoc} from '../../../src/terminal/render.js'

function explained(word: string): string {
  return renderDoc(
    explainView.doc(
      explainReport(() => RULES, word),
      'table',
    ),
    {
      width: 80,
      colour: false,
      headers: true,
      fit: true,
    },
  )
}

describe('explain', () => {
  test('a chain: what it is for and which rules it may hold, in either spelling', () => {
    const text = explained('ISTIO_OUTPUT')
    expect(text).toContain('Decides which outbound traffic')
    expect(text).toContain('self-call: ')
    expect(explained('istio-output')).toBe(text)
    expect(text).not.toContain('inbound-agent')
  })

  test('a kind of rule: its sentence and what follows from it', () => {
    expect(explained('proxy-bypass')).toContain('must not run as 1337')
    expect(kernelNote('self-call')?.about).toContain('15006')
  })

  test('every word the kernel notes know can be explained within 80 columns', () => {
    expect(kernelWords().length).toBeGreaterThan(40)
    for (const word of kernelWords()) {
      // A rule may have the same name; what it says stands before.
      const all = explained(word).split('\n')
      const lines = all.slice(all.findIndex(line => line.includes('(kernel rules)')))
      expect(lines[0]).toContain('(kernel rules)')
      expect(lines.join(' ')).not.toMatch(/[{}]/)
      expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(80)
    }
  })

  test('rules, ports and flags as before; an unknown word says what words there are', () => {
    expect(explained('IST0144')).toContain('MCT1001')
    expect(explained('15006')).toContain('Envoy inbound capture')
    expect(explained('UF')).toContain('response flag')
    expect(() => explainReport(() => RULES, 'nope')).toThrow(/unknown term/)
  })

  test('flags as an access log joins them, each by itself', () => {
    const text = explained('uf,URX')
    expect(text).toMatch(/^UF \(.*\nURX \(/s)
    expect(explained('UH')).toContain('no endpoints')
  })

  test.each(['UF,URX MCT1324 15006', 'MCT1324 UF,URX 15006', 'MCT1324,15006,UF,URX'])(
    'several words at once are all explained: %s',
    words => {
      const text = explained(words)
      for (const heading of ['UF (', 'URX (', 'MCT1324 ', 'Port 15006'])
        expect(text).toMatch(new RegExp(`^${heading.replace('(', '\\(')}`, 'm'))
      const data = explainView.data(explainReport(() => RULES, `${words} 15001`))
      expect(data).toMatchObject({
        ports: expect.arrayContaining([{port: 15006}, {port: 15001}].map(each => expect.objectContaining(each))),
      })
    },
  )

  test('an unknown word among known ones is said to be unknown, however many they are', () => {
    expect(explained('UF,XX')).toContain('No entry for XX')
    expect(explained('UF UH NR UO MCT1001 15006 nonsense')).toContain('No entry for nonsense')
  })

  test('every response flag Envoy itself has, and nothing else', () => {
    // CoreResponseFlag of Envoy's stream_info.h, by the short names of its access log.
    const core =
      'LH UH UT LR UR UF UC UO NR DI FI RL UAEX RLSE DC URX SI IH DPE UMSDR RFCF NFCF DT UPE NC OM DF DO DR UDO'
    expect(Object.keys(RESPONSE_FLAGS).sort()).toEqual(core.split(' ').sort())
    for (const flag of core.split(' ')) {
      const lines = explained(flag).split('\n')
      expect(lines[0]).toContain(`${flag} (response flag`)
      expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(80)
    }
  })

  test.each(['65536', '99999', '000', '123456'])('%s is not a port', word => {
    expect(() => explainReport(() => RULES, word)).toThrow(`${word} is not a port`)
  })

  test.each(['1', '65535'])('%s is a port', word => {
    expect(explained(word)).toContain(`Istio does not use port ${word}`)
  })

  test('words of the mesh, in any case and spelling', () => {
    expect(explained('mTLS')).toContain('both sides show a certificate')
    expect(explained('Mutual TLS')).toBe(explained('mtls'))
    expect(explained('NACK')).toContain('keeps what it had')
    for (const word of Object.keys(MESH_TERMS)) {
      const lines = explained(word).split('\n')
      expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(80)
    }
  })

  test('what a word leads on to can itself be explained', () => {
    for (const [, next] of Object.values(MESH_TERMS)) {
      const [, word] = /^meshctl explain (\S+)$/.exec(next) ?? []
      if (word !== undefined) expect(explained(word)).not.toBe('')
    }
  })

  test("ports that only istiod holds are an application's to have", () => {
    expect(explained('8080')).toContain('other pods may use it')
    expect(explained('15012')).toContain('other pods may use it')
    expect(explained('15006')).toContain('must not use it there')
    expect(explained('15020')).toContain('must not use it there')
  })

  test('several words at once, with the words nothing is known about', () => {
    const text = explained('503 UF BlackHoleClustr')
    expect(text).toContain('503 (HTTP status code)')
    expect(text).toContain('UF (response flag')
    expect(text).toContain('BlackHoleCluster?')
  })

  test.each([
    ['RBAC', /AuthorizationPolicy/],
    ['BlackHoleCluster', /REGISTRY_ONLY/],
    ['upstream_reset_before_response_started{connection_termination}', /closed or reset before/],
    ['IST0101', /does not exist/],
    ['HDS', /Istio does not use it/],
    ['Mixer', /Removed/],
    ['Citadel', /Part of istiod since 1.5/],
    ['Galley', /Part of istiod since 1.5/],
    ['Pilot', /part of istiod/],
    ['NOT SENT', /nothing of this type/],
    ['SYNCED', /acknowledged/],
    ['SPIFFE', /TRUST_DOMAIN/],
    ['REGISTRY_ONLY', /service registry/],
    ['NET_ADMIN', /istio-init/],
    ['443', /15017/],
    ['15443', /AUTO_PASSTHROUGH/],
    ['1337', /sidecar/],
    ['502', /block_all/],
    ['127.0.0.6', /not captured again/],
    ['WRONG_VERSION_NUMBER', /without TLS/],
    ['outbound|9080|v1|reviews.default.svc.cluster.local', /reviews\.default\.svc\.cluster\.local, port 9080/],
    ['grpc status 14', /cannot be reached/],
    ['x509: certificate signed by unknown authority', /not trusted/],
    ['envoy', /proxy in every sidecar/],
    ['pilot-agent', /first process of istio-proxy/],
  ])('%s', (word, words) => {
    expect(explained(word).replace(/\s+/g, ' ')).toMatch(words)
  })

  test('the nearest names of an unknown word, and what can be explained at all', () => {
    expect(() => explainReport(() => RULES, 'BlackHolCluster')).toThrow(
      expect.objectContaining({hint: 'Did you mean BlackHoleCluster?'}),
    )
    const contents = renderDoc(contentsView.doc(contentsReport(RULES), 'table'), {
      width: 80,
      fit: true,
      colour: false,
      headers: true,
    })
    for (const {kind} of WORD_GROUPS) expect(contents).toContain(kind)
  })

  test('every word of every vocabulary is explained, within 80 columns but for addresses of pages', () => {
    for (const word of ALL_WORDS) {
      const lines = explained(word).split('\n')
      expect(lines.join('')).not.toBe('')
      for (const line of lines.filter(each => !each.includes('https://'))) expect(line.length).toBeLessThanOrEqual(80)
    }
  })

  test('what an entry leads on to can itself be explained', () => {
    for (const word of ALL_WORDS)
      for (const {next} of meaningsOf(word)) {
        const [, on] = /^meshctl explain ([^;#]+?)(?: {3}#.*)?$/.exec(next) ?? []
        if (on !== undefined) expect(explained(on)).not.toContain('No entry for')
      }
  })

  test('a log: equal lines once, problems first, and what was not recognised', () => {
    const ready = '2021-05-09T10:05:11.887025Z\tinfo\tEnvoy proxy is ready'
    const denied = '503 UH "-" "-"'
    const report = explainReport(() => RULES, [ready, 'nothing of a log', denied, denied, ''].join('\n'))
    expect(report.lines.map(({line, count}) => [line, count])).toEqual([
      [3, 2],
      [1, 1],
    ])
    expect(report.notes).toEqual([
      'not recognised: 1 line (2)',
      'in these commands POD, NAMESPACE and other words in capitals are placeholders for your own names',
    ])
  })

  test.each([
    ['in a quoted field', '[2024-03-02T10:11:12.345Z] "- - -" 0 UF,URX - - "TLS_error:|33554536:sys'],
    ['before its numbers', '[2024-03-02T10:11:12.345Z] "GET / HTTP/1.1" 503 UC upstream_reset_before'],
    [
      'before its addresses',
      '[2024-03-02T10:11:12.345Z] "GET / HTTP/1.1" 503 UF x - "-" 0 91 1 - "-" "curl" "id" "api:80" "10.0.0.7:80" outb',
    ],
    ['in details', 'GET / 503 UC upstream_reset_before_response_started{conn'],
    ['of ztunnel in its error', '2024-09-26T08:18:58Z warn access connection failed src.addr=10.0.0.1:1 error="no hea'],
  ])('a line that is cut %s is said to be cut', (_, line) => {
    expect(explainReport(() => RULES, `${line}\n\n`).notes.join()).toMatch(/^cut: 1 line \(1\)/)
  })

  test('a whole line is not, of any release', () => {
    const whole = [
      '[2018-08-31T09:00:00.123Z] "GET / HTTP/1.1" 503 UH 0 57 0 - "-" "curl" "id" "api:80" "-"',
      '[2021-05-09T10:05:11.887Z] "GET / HTTP/1.1" 503 UF upstream_reset_before_response_started{connection_failure} - "-" 0 91 1 - "-" "curl" "id" "api:80" "10.0.0.7:80" outbound|80||api.shop.svc.cluster.local - 10.96.0.1:80 10.0.0.1:4000 - default',
    ]
    expect(explainReport(() => RULES, `${whole.join('\n')}\n`).notes.join()).not.toMatch(/cut/)
  })

  test('events that are usual are said to be so', () => {
    const text = '  Normal  Started    3m53s      kubelet, minikube  Started container istio-proxy\n'
    expect(explainReport(() => RULES, text).lines).toMatchObject([
      {means: expect.stringContaining('was started'), next: 'Nothing is wrong.'},
    ])
  })

  test('a message that is not known is said to be so, with who wrote it', () => {
    const text = explained('2024-01-01T00:00:00.000000Z\terror\txdsproxy\tqqq zzz')
    expect(text).toContain('no entry for')
    expect(text).toContain('pilot-agent (scope xdsproxy)')
  })
})

describe('the next command names the pod where the line does', () => {
  const next = (text: string) => explainReport(() => [], `${text}\n`).lines.map(line => line.next)

  test('the pod whose log it is', () => {
    const line = '2021-02-10T13:24:55.347684Z\twarn\tEnvoy proxy is NOT ready: workers have not yet started'
    expect(next(`[pod/web-0/istio-proxy] ${line}`)).toEqual(['meshctl server-info web-0'])
    expect(next(line)).toEqual(['meshctl server-info POD'])
  })

  test('of ztunnel the destination', () => {
    const line =
      '2024-09-14T01:18:22.218763Z\terror\taccess\tconnection complete\tsrc.addr=10.1.1.1:4000 src.workload="sleep" src.namespace="shop" dst.addr=10.1.2.2:15008 dst.hbone_addr=10.1.2.2:8000 dst.workload="httpbin" dst.namespace="pay" direction="inbound" bytes_sent=0 bytes_recv=0 duration="0ms" error="connection closed due to policy rejection: allow policies exist, but none allowed"'
    expect(next(line)[0]).toMatch(/^meshctl describe pod httpbin -n pay/)
  })

  test.each(['web;id', '$(id)', 'web 0', '-rf'])('a name such as %j is not put into a command', name => {
    const line = `[pod/${name}/istio-proxy] 2021-02-10T13:24:55.347684Z\twarn\tEnvoy proxy is NOT ready: workers have not yet started`
    expect(next(line).join()).not.toContain(name)
  })
})

describe('a detail with its case in brackets', () => {
  test('is explained with the case, where the case has a meaning of its own', () => {
    const words = (text: string) => meaningsOf(text).map(({word}) => word)
    expect(words('downstream_local_disconnect(http2_ping_timeout)')).toEqual([
      'downstream_local_disconnect',
      'http2_ping_timeout',
    ])
    // Two vocabularies have this detail; its case has no meaning by itself.
    expect(new Set(words('rbac_access_denied_matched_policy[none]'))).toEqual(
      new Set(['rbac_access_denied_matched_policy']),
    )
  })
})
