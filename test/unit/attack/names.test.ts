import {readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {checkReport} from '../../../src/reports/check/report.js'
import {checkTargets} from '../../../src/reports/check/targets/targets.js'
import {RULES} from '../../../src/rules/registry.js'
import {openFiles} from '../../../src/sources/open.js'
import {tempFolder} from '../../support/temp-folder.js'

const TEMP = tempFolder('names')
const INHERITED = Object.getOwnPropertyNames(Object.prototype)

function sources(folder: string): readonly string[] {
  return readdirSync(folder).flatMap(name => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? sources(path) : /(?<!\.d)\.ts$/.test(name) ? [path] : []
  })
}

/** Tables with names for keys that are indexed by a variable without asking whether the name is the table's own. */
function bareLookups(path: string): readonly string[] {
  const text = readFileSync(path, 'utf8')
  const tables = [
    ...text.matchAll(/const (\w+): (?:Partial<|Readonly<)*Record<\s*string\b/g),
    ...text.matchAll(/^(?:export )?const ([A-Z_]+) = Object\.fromEntries/gm),
  ].map(found => found[1] ?? '')
  return [...new Set(tables)].flatMap(table =>
    [...text.matchAll(new RegExp(`(?<![\\w.'])${table}\\[([^'"\\d][^\\n]*?)\\](?! =[^=])`, 'g'))]
      .map(found => {
        const start = text.lastIndexOf('\n', found.index) + 1
        return text.slice(start, text.indexOf('\n', found.index)).trim()
      })
      .filter(line => !line.includes('hasOwn'))
      .map(line => `${path}: ${line}`),
  )
}

test('no table is indexed by a name from outside: own() asks first', () => {
  expect([...sources('src'), ...sources('commands')].flatMap(bareLookups)).toEqual([])
})

describe('a manifest whose kind every object inherits', () => {
  test.each(INHERITED)('%s is not a kind, and the manifest beside it is checked', async kind => {
    const path = join(TEMP, `${kind}.yaml`)
    writeFileSync(
      path,
      `apiVersion: v1
kind: ${kind}
metadata: {name: a, labels: {${kind}: x}, annotations: {${kind}: x}}
spec: {${kind}: {${kind}: 1}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: default}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web, ${kind}: x}}
    spec: {securityContext: {runAsUser: 1337}, containers: [{name: app, image: app:1}]}
`,
    )
    const source = await openFiles([path])
    const report = await checkReport(source, await checkTargets(source, [], {}), {
      rules: RULES,
      failOn: 'warning',
      istioNamespace: 'istio-system',
      deep: true,
      now: new Date(0),
    })
    expect(report.workloads.map(({workload}) => workload.name)).toEqual(['web'])
    expect(report.workloads[0]?.findings.map(({code}) => code)).toContain('MCT1001')
  })
})
