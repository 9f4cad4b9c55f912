import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect} from '@jest/globals'
import {readAmbientObjects} from '../../src/evidence/mesh-world/ambient-objects.js'
import {readZtunnelDump} from '../../src/formats/istio/ztunnel-dump.js'
import {ztunnelConfig} from '../../src/istiod/ambient/ztunnel-config.js'
import type {ZtunnelDump, ZtunnelRule} from '../../src/model/istio/ztunnel.js'
import {ambientCapture} from '../support/ambient-capture.js'
import {captureSource} from '../support/mesh-capture.js'
import {SHARED, sharedTest} from '../support/shared-data.js'

const FOLDER = join(SHARED, 'ambient')
/** Namespaces whose objects the recording holds. */
const RECORDED = ['amb', 'amb2', 'amb-out']
/** Made after the ztunnel of the moment was asked, or gone since. */
const LATER = /^(natnft|newcomer|nocni|late)-/

function here({namespace}: {readonly namespace: string}): boolean {
  return RECORDED.includes(namespace)
}

/** Rules without repeated clauses, which change nothing. */
function essence(rules: readonly ZtunnelRule[]): unknown {
  return rules.map(rule => [...new Set(rule.map(clause => JSON.stringify(clause)))].sort()).sort()
}

function workloadsOf({workloads}: ZtunnelDump): readonly unknown[] {
  return workloads
    .filter(each => here(each) && each.uid.includes('//Pod/') && !LATER.test(each.name))
    .map(({name, namespace, workloadIps, protocol, waypoint, nativeTunnel, serviceAccount, ...rest}) => ({
      name: `${namespace}/${name}`,
      workloadIps,
      protocol,
      waypoint: waypoint?.destination,
      nativeTunnel,
      serviceAccount,
      node: rest.node,
      networkMode: rest.networkMode,
      status: rest.status,
      workloadName: rest.workloadName,
      canonicalName: rest.canonicalName,
      canonicalRevision: rest.canonicalRevision,
      policies: rest.authorizationPolicies,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

function servicesOf({services, workloads}: ZtunnelDump): readonly unknown[] {
  const addressOf = (uid: string) => {
    const found = workloads.find(each => each.uid === uid)
    return found?.hostname || found?.workloadIps.join(',')
  }
  return services
    .filter(each => here(each) && !/^(natnft|newcomer|nocni|late)$/.test(each.name))
    .map(({name, namespace, hostname, vips, ports, waypoint, endpoints}) => ({
      name: `${namespace}/${name}`,
      hostname,
      vips,
      ports: Object.keys(ports),
      waypoint: waypoint?.destination,
      endpoints: Object.values(endpoints)
        .filter(({workloadUid}) => workloads.find(({uid}) => uid === workloadUid)?.status === 'Healthy')
        .map(({workloadUid, port}) => [addressOf(workloadUid), port])
        .sort(),
    }))
    .sort((a, b) => (a.hostname < b.hostname ? -1 : 1))
}

function policiesOf({policies}: ZtunnelDump): readonly unknown[] {
  return policies
    .filter(here)
    .map(({name, namespace, scope, action, dryRun, rules}) => ({
      name: `${namespace}/${name}`,
      scope,
      action,
      dryRun,
      rules: essence(rules),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

describe('what istiod sends a ztunnel, derived from the objects', () => {
  sharedTest('equals the configuration of the recorded ztunnel: workloads, Services, policies', async () => {
    const source = await captureSource(
      ambientCapture(FOLDER, {moment: '2-policy', capturedAt: '2026-11-30T00:57:00Z', unredacted: true}),
    )
    const {objects} = await readAmbientObjects(source, 'istio-system')
    const derived = ztunnelConfig(objects)
    const file = join(FOLDER, 'moments/2-policy/ztunnel/ztunnel-lwqz5/config_dump.json')
    const recorded = readZtunnelDump(JSON.parse(readFileSync(file, 'utf8')))
    expect(workloadsOf(derived)).toEqual(workloadsOf(recorded))
    expect(servicesOf(derived)).toEqual(servicesOf(recorded))
    expect(policiesOf(derived)).toEqual(policiesOf(recorded))
    expect([workloadsOf(recorded).length, servicesOf(recorded).length, policiesOf(recorded).length]).toEqual([
      33, 33, 6,
    ])
  })
})
