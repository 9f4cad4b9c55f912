import {describe, expect, test} from '@jest/globals'
import {unwrapLines} from '../../../src/formats/wrapped-text/unwrap.js'

const RULES = ['*nat', ':OUTPUT ACCEPT [0:0]', '-A OUTPUT -p tcp -j ISTIO_OUTPUT', 'COMMIT']
const said = (text: string) => unwrapLines(text).map(line => line.text)
const each = (prefix: string, lines: readonly string[] = RULES) => lines.map(line => prefix + line).join('\n')

describe('prefixes of collectors and loggers', () => {
  const cases: readonly (readonly [string, string, string | undefined])[] = [
    ['kubectl logs --prefix', '[pod/web-0/istio-init] ', 'web-0/istio-init'],
    ['kubectl logs --timestamps', '2026-11-20T19:17:56.041498123Z ', undefined],
    [
      'kubectl logs --prefix --timestamps',
      '[pod/web-0/istio-init] 2026-11-20T19:17:56.041498123Z ',
      'web-0/istio-init',
    ],
    ['stern', 'web-5f7c9d istio-init ', 'web-5f7c9d/istio-init'],
    ['stern over namespaces', 'shop web-5f7c9d istio-init ', 'shop/web-5f7c9d/istio-init'],
    ['stern without the container', 'istio-cni-node-j457b ', 'istio-cni-node-j457b'],
    ['stern in colours', '\u001b[36mweb-0\u001b[0m \u001b[35mistio-init\u001b[0m ', 'web-0/istio-init'],
    ['kubetail', '[web-5f7c9d] ', 'web-5f7c9d'],
    ['docker compose', 'productpage_1  | ', 'productpage_1'],
    ['the CRI', '2026-11-20T19:17:56.041498123Z stdout F ', undefined],
    ['journalctl', 'Nov 20 19:17:56 node-1 dockerd[812]: ', 'node-1 dockerd'],
    ['journalctl -o short-iso', '2026-11-20T19:17:56+0000 node-1 containerd[812]: ', 'node-1 containerd'],
    ['the kernel in journalctl', 'Nov 20 19:17:56 node-1 kernel: ', 'node-1 kernel'],
    ["Go's package log", '2026/11/20 19:17:56 ', undefined],
    ["Python's logging", '2026-11-20 19:17:56,123 ', undefined],
    ['klog', 'I1120 19:17:56.041498       1 iptables.go:212] ', undefined],
    ['zap', '2026-11-20T19:17:56.041498Z\tinfo\tcni\t', undefined],
    ['zap whose tabs became spaces', '2026-11-20T19:17:56.041498Z    info    cni    ', undefined],
    [
      'journalctl before klog',
      'Nov 20 19:17:56 node-1 kubelet[812]: I1120 19:17:56.041498 812 log.go:12] ',
      'node-1 kubelet',
    ],
    ['quoted mail', '> ', undefined],
  ]
  test.each(cases)('%s', (_, prefix, origin) => {
    const lines = unwrapLines(each(prefix))
    expect(lines.map(line => line.text)).toEqual(RULES)
    expect(new Set(lines.map(line => line.origin))).toEqual(new Set([origin]))
  })

  test('lines numbered by cat -n', () => {
    expect(said(RULES.map((line, index) => `     ${index + 1}\t${line}`).join('\n'))).toEqual(RULES)
  })

  test('the level stays known', () => {
    const line = (text: string) => unwrapLines(text)[0]
    expect(line('2026-11-20T19:17:56.041498Z\terror\tcni\tno such file')).toMatchObject({
      text: 'no such file',
      level: 'error',
    })
    expect(line('E1120 19:17:56.041498 1 a.go:2] no such file')).toMatchObject({text: 'no such file', level: 'error'})
    expect(line('time="2026-11-20T19:17:56Z" level=fatal msg="no such file"')).toMatchObject({
      text: 'no such file',
      level: 'fatal',
    })
    expect(line('{"level":"error","time":"x","msg":"failed","error":"no such file"}')).toMatchObject({
      text: 'failed',
      level: 'error',
    })
  })

  test('one pod after the other and mixed: each line knows its own', () => {
    const lines = unwrapLines(
      '+ web-0 › istio-init\n+ web-1 › istio-init\nweb-0 istio-init *nat\nweb-1 istio-init *raw\nweb-0 istio-init COMMIT',
    )
    expect(lines.map(({text, origin}) => `${origin}: ${text}`)).toEqual([
      'web-0/istio-init: *nat',
      'web-1/istio-init: *raw',
      'web-0/istio-init: COMMIT',
    ])
  })

  test('indentation behind a prefix stays', () => {
    expect(said('[pod/a/b] a:\n[pod/a/b]   - b')).toEqual(['a:', '  - b'])
    expect(said('a-b: 1\n  c-d: 2')).toEqual(['a-b: 1', '  c-d: 2'])
  })
})

describe('records and written line breaks', () => {
  const escaped = RULES.join('\\n')
  test.each([
    ['logfmt', `time="2026-11-20T19:17:56Z" level=info msg="${escaped}\\n"`],
    ['zap as JSON', `{"level":"info","time":"2026-11-20T19:17:56Z","msg":"${escaped}"}`],
    [
      "Docker's json-file around zap",
      JSON.stringify({log: `{"level":"info","msg":"${escaped}"}\n`, stream: 'stdout', time: 'x'}),
    ],
    [
      "Docker's json-file, a record each line",
      RULES.map(line => JSON.stringify({log: `${line}\n`, stream: 'stdout', time: 'x'})).join('\n'),
    ],
    [
      "Docker's json-file, one line in two records",
      `${JSON.stringify({log: '*n', stream: 'stdout'})}\n${JSON.stringify({log: `at\n${RULES.slice(1).join('\n')}\n`, stream: 'stdout'})}`,
    ],
    ['a quoted block', `"${escaped}"`],
    ['a bare block', escaped],
    ['stern before logfmt', `web-0 linkerd-init level=info msg="${escaped}"`],
  ])('%s', (_, text) => {
    expect(said(text)).toEqual(RULES)
  })

  test('the CRI cuts a long line into parts', () => {
    const head = '2026-11-20T19:17:56.041498123Z stdout'
    expect(said(`${head} P -A OUTPUT \n${head} F -j ACCEPT\n${head} F COMMIT`)).toEqual([
      '-A OUTPUT -j ACCEPT',
      'COMMIT',
    ])
  })

  test('what is around a quoted block stays beside it', () => {
    expect(said('error: "a\\nb\\nc" ended')).toEqual(['error:', 'a', 'b', 'c', ' ended'])
  })

  test.each([
    ['an object of Kubernetes', '{"kind":"Status","message":"no","apiVersion":"v1"}'],
    ['JSON that is not whole', '{"level":"info","msg":"a'],
    ['one written line break', 'a\\nb'],
    ['pairs with other words', 'level=info then msg="a"'],
    ['a name of Envoy', 'outbound|9080||reviews.default.svc.cluster.local'],
    ['rules of ip', '0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default'],
    [
      'a script of nft',
      'add table ip nat\nadd chain ip nat output\nadd rule ip nat output accept\nadd rule ip nat output drop',
    ],
    ['prose', 'istio-init failed on the node\nistio-init ran twice'],
  ])('%s is left as it is', (_, text) => {
    expect(said(text).join('\n')).toBe(text)
  })
})

describe('commands', () => {
  test.each([
    '$ ',
    '# ',
    '+ ',
    '++ ',
    '> ',
    ':; ',
    'istio-proxy@web-0:/$ ',
    '[root@node-1 ~]# ',
    'root@node:~# ',
    'sh-4.4# ',
    '2021/08/19 13:19:18 :; ',
    '2021/08/19 13:19:18 > ',
  ])('behind %j', mark => {
    const text = `${mark}iptables -t nat -A OUTPUT -j ACCEPT`
    expect(unwrapLines(text)).toEqual([{number: 1, text: 'iptables -t nat -A OUTPUT -j ACCEPT', command: true}])
  })

  test('a comment is not a prompt', () => {
    expect(unwrapLines('# Generated by iptables-save v1.8.7')).toEqual([
      {number: 1, text: '# Generated by iptables-save v1.8.7'},
    ])
  })
})

test('a long line of anything takes no more than linear time', () => {
  const long = ['x\\n', '"', 'a-', 'a=', '[', '0 ', 'Nov 20 19:17:56 '].map(part => part.repeat(200_000 / part.length))
  for (const text of long) expect(unwrapLines(text).length).toBeGreaterThan(0)
})
