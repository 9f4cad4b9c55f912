import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from '@jest/globals'
import {formOf, rendered} from '../../../src/cli/output.js'
import {type DescribeReport, describeReport} from '../../../src/reports/describe/report.js'
import {describeView} from '../../../src/reports/describe/view.js'
import {openFiles} from '../../../src/sources/open.js'
import type {Source} from '../../../src/sources/source.js'
import {resolvePods} from '../../../src/sources/subject.js'
import {expectGolden} from '../../support/golden.js'
import {captureSource, meshCapture} from '../../support/mesh-capture.js'
import {SHARED, sharedTest} from '../../support/shared-data.js'

async function described(source: Source, name: string, only?: string): Promise<DescribeReport> {
  return await describeReport(source, await resolvePods(source, {name, namespace: 'demo'}), 'istio-system', only)
}

async function shown(report: DescribeReport): Promise<string> {
  return String(
    await rendered(
      report,
      describeView,
      formOf(undefined, describeView),
      {width: 80, colour: false, headers: true},
      false,
    ),
  )
}

test.each([
  ['deploy/reviews-v1', undefined],
  ['svc/productpage', 'productpage'],
  ['deploy/details-v1', undefined],
  ['deploy/sick-noinject-v1', undefined],
  ['deploy/sick-labels', undefined],
])('%s of the sample', async (name, only) => {
  const source = await openFiles(['src/sample/mesh.tgz'])
  expectGolden(
    `src/reports/describe/golden/${name.replace('/', '-')}.txt`,
    await shown(await described(source, name, only)),
  )
})

/** What istioctl's text says, by the beginnings of its lines. */
function facts(text: string) {
  const all = (pattern: RegExp) => [...text.matchAll(pattern)].map(match => match[1] ?? '')
  return {
    services: all(/^Service: (\S+)$/gm),
    ports: all(/^ {3}Port: (.+)$/gm),
    subsets: all(/^ *Matching subsets: (\S+)$/gm),
    mtls: all(/Workload mTLS mode: (\S+)/g),
    portModes: all(/^ {6}(\d+: \S+)$/gm),
    weights: all(/^ {3}Route to host .* with weight (\d+)%$/gm),
  }
}

sharedTest('services, ports, protocols, subsets, weights and mTLS modes are those istioctl found', async () => {
  const source = await captureSource(meshCapture(join(SHARED, 'mesh'), {capturedAt: '2026-11-20T19:00:00Z'}))
  const folder = join(SHARED, 'istioctl/live')
  const index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as {
    slug: string
    argv: string[]
    exit: number
  }[]
  const runs = index.filter(({argv, exit}) => argv[1] === 'describe' && argv[2] === 'pod' && exit === 0)
  expect(runs.length).toBeGreaterThan(5)
  for (const {slug, argv} of runs) {
    const said = facts(readFileSync(join(folder, `${slug}.out`), 'utf8'))
    const {services} = await described(source, argv.at(-1) ?? '')
    expect(services.map(({service}) => `${service.object.name}.${service.object.namespace}`).sort()).toEqual(
      said.services.sort(),
    )
    const ports = services.flatMap(({ports: bound}) =>
      bound.map(
        ({port, protocol, target}) =>
          `${port.name} ${port.port}/${protocol === 'unknown' ? 'UnsupportedProtocol' : protocol} targets pod port ${target}`,
      ),
    )
    expect(ports.sort()).toEqual(said.ports.sort())
    const rules = services.flatMap(({destinationRules}) => destinationRules.flatMap(({matching}) => matching))
    expect(rules).toEqual(said.subsets.flatMap(each => each.split(',')))
    const modes = services.flatMap(({ports: bound}) => bound.map(({target, mtls}) => [target, mtls.mode] as const))
    for (const [target, mode] of modes) {
      const own = said.portModes.find(each => each.startsWith(`${target}: `))
      expect(said.mtls.length === 0 ? mode : (own?.split(' ')[1] ?? said.mtls[0])).toBe(mode)
    }
    const weights = services.flatMap(({virtualServices, destinationRules}) => {
      const subsets = destinationRules.flatMap(({matching}) => matching)
      return virtualServices.flatMap(({shares}) =>
        shares.flatMap(({targets}) =>
          targets
            .filter(({subset}) => subset === undefined || subsets.includes(subset))
            .map(({weight}) => String(weight)),
        ),
      )
    })
    for (const weight of said.weights) expect(weights).toContain(weight)
  }
})
