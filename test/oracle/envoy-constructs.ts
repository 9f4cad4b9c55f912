import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {traceRequest} from '../../src/analysis/envoy/trace.js'
import {proxyOf} from '../../src/formats/envoy-proto/proxy.js'
import type {UpstreamServer} from '../../src/model/envoy/proxy.js'
import type {EnvoyRequest} from '../../src/model/envoy/request.js'
import {makeCertificates} from '../support/envoy-oracle/certificates.js'
import {PATIENCE, send} from '../support/envoy-oracle/client.js'
import {COMPARED, connectionsAreTracked, happened, lineOf, sameField} from '../support/envoy-oracle/compare.js'
import {CONSTRUCTS, type Construct, constructsConfig} from '../support/envoy-oracle/constructs.js'
import {freePorts, startEnvoy} from '../support/envoy-oracle/envoy.js'
import {startServers} from '../support/envoy-oracle/servers.js'

const REFUSES: UpstreamServer = {connect: 'refuses', tls: undefined, answer: {kind: 'http', status: 200, afterMs: 0}}

/** How the requests of a construct were answered: right, not decided with the reasons, or wrong in which fields. */
export interface ConstructScore {
  readonly name: string
  readonly right: number
  readonly undecided: readonly {readonly reason: string; readonly asked: string}[]
  readonly wrong: readonly string[]
}

function requestOf(asked: Construct['requests'][number], port: number): EnvoyRequest {
  const destination = {ip: '127.0.0.1', port}
  return {
    destination,
    acceptedBy: destination,
    redirected: false,
    source: {ip: '127.0.0.1', port: 0},
    proxyLine: undefined,
    tls: undefined,
    protocol: 'http/1.1',
    method: 'GET',
    path: '/',
    bodyBytes: 0,
    chunked: false,
    payload: undefined,
    abortAfter: undefined,
    sequence: 1,
    ...asked,
    headers: [...(asked.bare === true ? [] : [['host', 'shop'] as const]), ...(asked.headers ?? [])],
  }
}

/** Loads every construct into one real Envoy, sends its requests one after the other, and compares. */
export async function scoreConstructs(): Promise<readonly ConstructScore[]> {
  const folder = mkdtempSync(join(tmpdir(), 'meshctl-constructs-'))
  const {server, impostor} = makeCertificates(join(folder, 'certs'))
  const {servers, close} = await startServers(server, impostor)
  const [admin = 0, ...ports] = await freePorts(CONSTRUCTS.length + 1)
  const portOf = (name: string) => servers.find(each => each.name === name)?.port ?? 1
  const envoy = await startEnvoy(folder, admin, constructsConfig(ports, portOf)).catch((error: unknown) => {
    close()
    throw error
  })
  try {
    const known = new Map(servers.map(each => [each.port, each.facts]))
    const proxy = proxyOf(envoy.dump)
    const surroundings = {
      upstream: ({port}: {readonly port: number}) => known.get(port) ?? REFUSES,
      now: Date.now(),
      patience: PATIENCE,
    }
    const sent = await Promise.all(
      CONSTRUCTS.map(async ({requests}, at) => {
        const all = []
        for (const asked of requests) {
          const request = requestOf(asked, ports[at] ?? 0)
          all.push({request, seen: await send(request, undefined)})
        }
        return all
      }),
    )
    await new Promise(resolve => setTimeout(resolve, 700))
    const lines = envoy.logged()
    const redirected = connectionsAreTracked()
    return CONSTRUCTS.map(({name}, at) => {
      const undecided: {reason: string; asked: string}[] = []
      const wrong: string[] = []
      let right = 0
      for (const {request, seen} of sent[at] ?? []) {
        const source = {...request.source, port: Number(seen.local.split(':')[1])}
        const decision = traceRequest(proxy, {...request, redirected, source}, surroundings)
        const line = lineOf(lines, seen.local)
        const was = line === undefined ? undefined : happened(seen, line, request.protocol)
        const asked = JSON.stringify([request.method, request.path, request.headers, request.protocol])
        if (!decision.decided) undecided.push({reason: decision.reason, asked: `${asked}: ${JSON.stringify(was)}`})
        else {
          const bad = COMPARED.filter(
            field => was === undefined || !sameField(field, decision.outcome[field], was[field]),
          )
          if (bad.length === 0) right++
          else
            wrong.push(
              `${bad.map(field => `${field}: ${JSON.stringify(decision.outcome[field])}, Envoy ${JSON.stringify(was?.[field])}`).join('; ')} for ${asked}`,
            )
        }
      }
      return {name, right, undecided, wrong}
    })
  } finally {
    await envoy.stop()
    close()
    rmSync(folder, {recursive: true, force: true})
  }
}
