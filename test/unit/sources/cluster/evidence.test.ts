import {describe, expect, test} from '@jest/globals'
import {channelFrame} from '../../../../src/wire/channels.js'
import {RECORDED_HTTP, recordedStream} from '../../../support/recorded-wire.js'
import {printed, scriptedCluster} from '../../../support/scripted-cluster.js'
import {ask, bytesOf, gapOf, POD, POD_PATH, pod} from '../../../support/sleep-pod.js'

describe('admin pages', () => {
  test('over the forward, with where they came from', async () => {
    const {answer, calls} = await ask(
      {forward: () => (request, response) => response.end(`page ${request.url}`)},
      'envoy.server_info',
    )
    expect(bytesOf(answer)).toBe('page /server_info')
    expect(answer).toMatchObject({ok: true, value: {provenance: {from: 'sleep.demo', path: 'server_info'}}})
    expect(calls).toEqual(['GET sleep.demo:15000/server_info'])
  })

  test('log levels are read by POST, as Envoy wants it', async () => {
    const {answer} = await ask(
      {forward: () => (request, response) => response.end(`${request.method} ${request.url}`)},
      'envoy.logging',
    )
    expect(bytesOf(answer)).toBe('POST /logging')
  })

  test('no permission to forward: through pilot-agent in the container', async () => {
    const {answer} = await ask(
      {
        forward: () => recordedStream('pf-forbidden'),
        exec: (container, argv) => printed(`${container}: ${argv.join(' ')}`),
      },
      'envoy.clusters',
    )
    expect(bytesOf(answer)).toBe('istio-proxy: pilot-agent request GET clusters?format=json')
    expect(answer).toMatchObject({value: {provenance: {container: 'istio-proxy'}}})
  })

  test('a role that forbids forwarding is asked about once per run and namespace', async () => {
    let upgrades = 0
    const cluster = await scriptedCluster({
      get: path => (path === POD_PATH ? {body: pod()} : undefined),
      forward: () => {
        upgrades += 1
        return recordedStream('pf-forbidden')
      },
      exec: (_container, argv) => printed(argv.at(-1) ?? ''),
    })
    for (const [id, page] of [
      ['envoy.certs', 'certs'],
      ['envoy.server_info', 'server_info'],
      ['envoy.listeners', 'listeners?format=json'],
    ] as const) {
      expect(bytesOf(await cluster.source.evidence(id, POD))).toBe(page)
    }
    // Once as a WebSocket, once as SPDY, which a role may grant alone.
    expect(upgrades).toBe(2)
    await cluster.close()
  })

  test('neither way: one gap with what each answered and what to ask for', async () => {
    const gap = gapOf(
      (
        await ask(
          {forward: () => recordedStream('pf-forbidden'), exec: () => recordedStream('exec-forbidden')},
          'envoy.certs',
        )
      ).answer,
    )
    expect(gap).toEqual({
      what: "Envoy's certificates",
      reason: 'forbidden',
      detail:
        'port-forward: user system:serviceaccount:demo:reader cannot get pods/portforward in namespace demo; ' +
        'exec pilot-agent: user system:serviceaccount:demo:reader cannot get pods/exec in namespace demo',
      hint: 'Ask for a Role with get and create on pods/portforward; meshctl can-i shows all required permissions.',
    })
  })

  test('pilot-agent’s own words are kept when it fails', async () => {
    const said = [
      channelFrame(2, Buffer.from('info log\nError: failed to execute command on Envoy: EOF\n')),
      channelFrame(
        3,
        Buffer.from(
          '{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"1"}]}}',
        ),
      ),
    ]
    const gap = gapOf(
      (await ask({forward: () => recordedStream('pf-forbidden'), exec: () => said}, 'envoy.certs')).answer,
    )
    expect(gap.detail).toContain('exec pilot-agent: Error: failed to execute command on Envoy: EOF')
  })

  test('a custom admin port is passed on to pilot-agent', async () => {
    const script = {
      forward: () => recordedStream('pf-forbidden'),
      exec: (_container: string, argv: readonly string[]) => printed(argv.join(' ')),
    }
    const {answer} = await ask(script, 'envoy.certs', {adminPort: 15_900})
    expect(bytesOf(answer)).toBe('pilot-agent request --debug-port 15900 GET certs')
  })

  test.each([
    ['the annotation', {annotations: {'proxy.istio.io/config': 'concurrency: 1\nproxyAdminPort: 15900\n'}}],
    [
      'the agent’s environment',
      {
        init: [
          {
            name: 'istio-proxy',
            restartPolicy: 'Always',
            env: [{name: 'PROXY_CONFIG', value: '{"proxyAdminPort":15900}'}],
          },
        ],
      },
    ],
  ])('an admin port named in %s is found when the usual one is closed', async (_name, more) => {
    const {answer, calls} = await ask(
      {
        get: path => (path === POD_PATH ? {body: pod(more)} : undefined),
        forward: port =>
          port === 15_900 ? (_request, response) => response.end('here') : recordedStream('pf-v4-closed-port'),
      },
      'envoy.certs',
    )
    expect(bytesOf(answer)).toBe('here')
    expect(calls.at(-1)).toBe('GET sleep.demo:15900/certs')
  })

  test('a proxy that is not up: state, last exit and last log line', async () => {
    const statuses = {
      'istio-proxy': {
        ready: false,
        restartCount: 4,
        state: {waiting: {reason: 'CrashLoopBackOff'}},
        lastState: {terminated: {reason: 'Error', exitCode: 255}},
      },
    }
    const gap = gapOf(
      (
        await ask(
          {
            get: path => {
              if (path === POD_PATH) return {body: pod({statuses})}
              return path.includes('/log?container=istio-proxy&tailLines=1&previous=true')
                ? {body: 'FATAL: no certificate\n'}
                : {status: 400, body: ''}
            },
            forward: () => recordedStream('pf-v4-closed-port'),
          },
          'envoy.certs',
        )
      ).answer,
    )
    expect(gap.reason).toBe('unreachable')
    expect(gap.detail).toBe(
      'nothing is listening on port 15000 of sleep.demo: the pod is Running, container istio-proxy is waiting (CrashLoopBackOff); ' +
        'it last exited with Error, exit code 255; 4 restarts; it last logged: FATAL: no certificate',
    )
  })

  test('a pod without a proxy: the question does not apply', async () => {
    const gap = gapOf(
      (
        await ask(
          {
            get: path => (path === POD_PATH ? {body: pod({init: []})} : undefined),
            forward: () => recordedStream('pf-v4-closed-port'),
          },
          'envoy.certs',
        )
      ).answer,
    )
    expect(gap).toMatchObject({
      reason: 'not-applicable',
      detail: 'sleep.demo has no container istio-proxy and nothing is listening on port 15000 of sleep.demo',
    })
  })

  test('a pod that does not exist is not found, and nothing else is tried', async () => {
    const {answer, calls} = await ask({forward: () => recordedStream('pf-no-such-pod')}, 'envoy.certs')
    expect(gapOf(answer)).toMatchObject({reason: 'not-found', detail: 'pods "nosuch" not found'})
    expect(calls.length).toBe(1)
  })

  test('a proxy that does not answer: a timeout that says how the pod is', async () => {
    const gap = gapOf((await ask({forward: () => () => undefined}, 'envoy.certs', {idleMs: 2000})).answer)
    expect(gap.reason).toBe('timeout')
    expect(gap.detail).toMatch(/no data for 2\S*(?: s| ms)?: the pod is Running, container istio-proxy is running/)
  })

  test('a mask Envoy does not take is asked again whole', async () => {
    const asked: string[] = []
    const {answer} = await ask(
      {
        forward: () => (request, response) => {
          asked.push(request.url ?? '')
          if (request.url?.includes('mask'))
            response.writeHead(400).end('FieldMask could not be successfully applied to any configs.')
          else response.end('whole')
        },
      },
      'envoy.config_dump',
      {},
      {sections: ['secrets']},
    )
    expect(bytesOf(answer)).toBe('whole')
    expect(asked).toEqual([
      '/config_dump?mask=dynamic_active_secrets,dynamic_warming_secrets',
      '/config_dump?include_eds',
    ])
  })

  test('the query’s own cap holds', async () => {
    const gap = gapOf(
      (
        await ask(
          {forward: () => (_request, response) => response.end(Buffer.alloc(5000))},
          'envoy.config_dump',
          {},
          {maxBytes: 1000},
        )
      ).answer,
    )
    expect(gap.reason).toBe('too-large')
  })
})

describe('commands', () => {
  test('kernel rules are asked of the container that may read them', async () => {
    const capable = {name: 'net-tools', securityContext: {capabilities: {add: ['NET_ADMIN']}}}
    const script = {
      get: (path: string) => (path === POD_PATH ? {body: pod({containers: [{name: 'app'}, capable]})} : undefined),
      exec: (container: string, argv: readonly string[]) => printed(`${container}: ${argv.join(' ')}`),
    }
    const {answer} = await ask(script, 'net.iptables.nft')
    expect(bytesOf(answer)).toBe('net-tools: iptables-nft-save -c')
    expect(answer).toMatchObject({value: {provenance: {container: 'net-tools', argv: ['iptables-nft-save', '-c']}}})
  })

  test('the next command when a program is missing, the proxy first', async () => {
    const exec = (container: string, argv: readonly string[]) =>
      argv[0] === 'ss' ? recordedStream('exec-v5-no-binary') : printed(`${container}: ${argv[0]}`)
    expect(bytesOf((await ask({exec}, 'net.sockets')).answer)).toBe('istio-proxy: netstat')
  })

  test('no privilege, as recorded: a gap that is not a failure, with what each try said', async () => {
    const exec = (_container: string, argv: readonly string[]) =>
      recordedStream(argv[0] === 'iptables-save' ? 'exec-v5-iptables-denied' : 'exec-v5-no-binary')
    const gap = gapOf((await ask({exec}, 'net.iptables.nft')).answer)
    expect(gap.reason).toBe('no-privilege')
    expect(gap.detail).toMatch(
      /^istio-proxy: iptables-nft-save -c: .*executable file not found.*; istio-proxy: iptables-save -c: .*Permission denied \(you must be root\)$/,
    )
  })

  test('no tool anywhere', async () => {
    expect(gapOf((await ask({exec: () => recordedStream('exec-v4-no-binary')}, 'net.ip-rule')).answer).reason).toBe(
      'no-tool',
    )
  })

  test('the message of a runtime is told without what each layer wrapped around it, once for all commands that failed so', async () => {
    const wrapped = (program: string) =>
      `Internal error occurred: error executing command in container: failed to exec in container: failed to start exec "5f0c9bd1d38c3fd8": OCI runtime exec failed: exec failed: unable to start container process: exec: "${program}": executable file not found in $PATH: unknown`
    const body = (program: string) =>
      JSON.stringify({kind: 'Status', apiVersion: 'v1', status: 'Failure', message: wrapped(program), code: 500})
    const {answer} = await ask(
      {exec: (_container, argv) => [channelFrame(3, Buffer.from(body(argv[0] ?? '')))]},
      'net.iptables.nft',
    )
    const {reason, detail} = gapOf(answer)
    expect(reason).toBe('no-tool')
    expect(detail).toContain('executable file not found in $PATH')
    expect(detail).not.toMatch(/OCI|Internal error|unknown|5f0c9bd1/)
    expect(detail.length).toBeLessThan(300)
  })

  test.each([
    ['exec-forbidden', 'forbidden'],
    ['exec-not-running', 'not-running'],
    ['exec-no-such-pod', 'not-found'],
    ['exec-bad-token', 'forbidden'],
    ['exec-offer-nonsense', 'unreachable'],
    ['exec-v5-big', 'unreachable'],
  ])('%s ends the search: %s', async (name, reason) => {
    expect(gapOf((await ask({exec: () => recordedStream(name)}, 'net.ip-rule')).answer).reason).toBe(reason)
  })

  test('a pod in which nothing runs says so without asking', async () => {
    const statuses = {
      app: {state: {waiting: {reason: 'PodInitializing'}}},
      'istio-proxy': {state: {terminated: {exitCode: 1}}},
    }
    const {answer, calls} = await ask(
      {get: path => (path === POD_PATH ? {body: pod({statuses, phase: 'Pending'})} : undefined)},
      'net.sockets',
    )
    expect(gapOf(answer)).toMatchObject({
      reason: 'not-running',
      detail: 'no container of sleep.demo is running (the pod is Pending)',
    })
    expect(calls).toEqual([`GET ${POD_PATH}`])
  })
})

describe('logs', () => {
  const recorded = (part: string) => {
    const found = RECORDED_HTTP.find(each => each.path.includes(part))
    if (found === undefined) throw new Error(`no recording of ${part}`)
    return {status: found.status, body: found.body}
  }
  const logOf = (answer: {status: number; body: string}) =>
    ask({get: path => (path.includes('/log?') ? answer : undefined)}, 'log.istio-init')

  test('the end of the log, capped by the server', async () => {
    const {answer, calls} = await logOf({status: 200, body: '# Completed\n'})
    expect(bytesOf(answer)).toBe('# Completed\n')
    expect(calls).toEqual([`GET ${POD_PATH}/log?container=istio-init&tailLines=10000&limitBytes=4194304`])
  })

  test('a pod without that container has no such log, one that waits is not running', async () => {
    expect(gapOf((await logOf(recorded('/log?container=nosuch'))).answer)).toMatchObject({
      reason: 'not-applicable',
      detail: 'sleep.demo has no container istio-init',
    })
    expect(gapOf((await logOf(recorded('/log?container=sick-notready'))).answer).reason).toBe('not-running')
  })
})
