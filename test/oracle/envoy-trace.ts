import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect} from '@jest/globals'
import {traceRequest} from '../../src/analysis/envoy/trace.js'
import {textOf} from '../../src/formats/decode.js'
import {proxyOf} from '../../src/formats/envoy-proto/proxy.js'
import type {UpstreamServer} from '../../src/model/envoy/proxy.js'
import {makeCertificates} from '../support/envoy-oracle/certificates.js'
import {PATIENCE, type Seen, send} from '../support/envoy-oracle/client.js'
import {COMPARED, connectionsAreTracked, happened, lineOf, sameField} from '../support/envoy-oracle/compare.js'
import {configuration} from '../support/envoy-oracle/configuration.js'
import {freePorts, hasEnvoy, hasOpenssl, startEnvoy} from '../support/envoy-oracle/envoy.js'
import {type OracleRequest, oracleRequest} from '../support/envoy-oracle/requests.js'
import {startServers} from '../support/envoy-oracle/servers.js'
import {tokenWorld} from '../support/envoy-oracle/tokens.js'
import {oracleSize} from '../support/oracle-size.js'
import {seeded} from '../support/seeded.js'
import {skipUnless} from '../support/skip-unless.js'

const REFUSES: UpstreamServer = {connect: 'refuses', tls: undefined, answer: {kind: 'http', status: 200, afterMs: 0}}

export interface OracleScore {
  readonly answered: number
  readonly undecided: readonly string[]
  readonly wrong: readonly string[]
}

function asked({request}: OracleRequest): string {
  const {acceptedBy, source, proxyLine, tls, protocol, method, path, payload, headers} = request
  return JSON.stringify({acceptedBy, source, proxyLine, tls, protocol, method, path, payload, headers})
}

/** One configuration in a real Envoy, and requests to it, each compared with what the interpreter says. */
async function oneConfiguration(folder: string, seed: number, count: number): Promise<OracleScore> {
  const random = seeded(seed)
  const {server, impostor, clients} = makeCertificates(join(folder, 'certs'))
  const {servers, close} = await startServers(server, impostor)
  const [admin = 0, ...ports] = await freePorts(7)
  const tokens = tokenWorld(random, Math.floor(Date.now() / 1000))
  const envoy = await startEnvoy(folder, admin, configuration({random, ports, servers, server, tokens})).catch(
    (error: unknown) => {
      close()
      throw error
    },
  )
  try {
    const proxy = proxyOf(envoy.dump)
    const known = new Map(servers.map(each => [each.port, each.facts]))
    const surroundings = {
      upstream: ({port}: {port: number}) => known.get(port) ?? REFUSES,
      now: Date.now(),
      patience: PATIENCE,
    }
    const all = Array.from({length: count}, () => oracleRequest(random, ports, clients, tokens))
    const results: {readonly one: OracleRequest; readonly seen: Seen}[] = []
    for (let i = 0; i < all.length; i += 8) {
      const batch = all.slice(i, i + 8)
      results.push(...(await Promise.all(batch.map(async one => ({one, seen: await send(one.request, one.identity)})))))
    }
    await new Promise(resolve => setTimeout(resolve, 700))
    const lines = envoy.logged()
    const undecided: string[] = []
    const wrong: string[] = []
    const tracked = connectionsAreTracked()
    for (const {one, seen} of results) {
      const decision = traceRequest(
        proxy,
        {...one.request, redirected: tracked, source: {...one.request.source, port: Number(seen.local.split(':')[1])}},
        surroundings,
      )
      if (!decision.decided) {
        undecided.push(decision.reason)
        continue
      }
      const line = lineOf(lines, seen.local)
      if (line === undefined) {
        wrong.push(`seed ${seed}: no log line for ${asked(one)}`)
        continue
      }
      const was = happened(seen, line, one.request.protocol)
      const bad = COMPARED.filter(name => !sameField(name, decision.outcome[name], was[name]))
      if (bad.length > 0)
        wrong.push(
          `seed ${seed} (${line.log} ${textOf(line.fields, 'failure')}) ${bad.map(name => `${name}: ${JSON.stringify(decision.outcome[name])}, Envoy ${JSON.stringify(was[name])}`).join('; ')} for ${asked(one)}`,
        )
    }
    return {answered: results.length, undecided, wrong}
  } finally {
    await envoy.stop()
    close()
  }
}

const REQUESTS = 70

/** Runs random configurations through a real Envoy and compares. */
export async function compareWithEnvoy(configurations: number, seed: number): Promise<OracleScore> {
  let all: OracleScore = {answered: 0, undecided: [], wrong: []}
  for (let i = 0; i < configurations; i++) {
    const folder = mkdtempSync(join(tmpdir(), 'meshctl-envoy-'))
    const {answered, undecided, wrong} = await oneConfiguration(folder, seed + i, REQUESTS)
    // What a failure was about stays there to be looked at.
    if (wrong.length === 0) rmSync(folder, {recursive: true, force: true})
    all = {
      answered: all.answered + answered,
      undecided: [...all.undecided, ...undecided],
      wrong: [...all.wrong, ...wrong.map(each => `${folder}: ${each}`)],
    }
  }
  return all
}

/** Registers the comparison with a number of configurations. */
export function envoyTraceTests(configurations: number): void {
  const {count, seed, again} = oracleSize('ENVOY_TRACE', {seed: 2026, count: configurations})
  const {test} = skipUnless(hasEnvoy() && hasOpenssl(), 'envoy and openssl')
  test(
    `random requests end as a real Envoy ends them (${again})`,
    async () => {
      const {answered, undecided, wrong} = await compareWithEnvoy(count, seed)
      expect(wrong).toEqual([])
      expect(answered).toBe(count * REQUESTS)
      expect(undecided.length / answered).toBeLessThan(0.15)
    },
    60_000 + count * 30_000,
  )
}
