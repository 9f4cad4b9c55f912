import {expect} from '@jest/globals'
import {checkReport} from '../../src/reports/check/report.js'
import {checkTargets} from '../../src/reports/check/targets/targets.js'
import {RULES} from '../../src/rules/registry.js'
import {sharedMesh} from '../support/mesh-capture.js'
import {sharedTest} from '../support/shared-data.js'

/** What was broken on purpose in each workload of the recorded mesh, and the rules that have to report it. */
const BROKEN: Readonly<Record<string, readonly string[]>> = {
  'details-v1': ['error MCT1502', 'error MCT1801'],
  'sick-drift-v1': ['error MCT1320', 'error MCT1320'],
  'sick-labels': ['warning MCT1101', 'warning MCT1102'],
  'sick-loopback-v1': ['error MCT1501'],
  'sick-nack-v1': ['error MCT1902'],
  'sick-noinject-v1': ['warning MCT1216'],
  'sick-notready-v1': ['error MCT1901', 'error MCT1903'],
  'sick-port-v1': ['error MCT1105', 'error MCT1105'],
  'sick-protocol-v1': ['error MCT1103'],
  'sick-stale-v1': ['error MCT1323', 'error MCT1323', 'error MCT1904'],
  'sick-uid-v1': ['error MCT1001'],
}

sharedTest('every workload of the recorded mesh: what is broken is found, and nothing else', async () => {
  const source = await sharedMesh()
  const {workloads} = await checkReport(source, await checkTargets(source, [], {allNamespaces: true}), {
    rules: RULES,
    failOn: 'warning',
    istioNamespace: 'istio-system',
    deep: true,
    now: new Date('2026-11-20T19:00:00Z'),
  })
  const found = workloads
    .map(({workload, findings}) => [
      workload.name,
      findings.filter(({severity}) => severity !== 'info').map(({severity, code}) => `${severity} ${code}`),
    ])
    .filter(([, codes]) => codes?.length !== 0)
  expect(Object.fromEntries(found)).toEqual(BROKEN)
  expect(workloads.length).toBeGreaterThan(Object.keys(BROKEN).length)
})
