import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {meshctl, NODE, RUN} from '../support/cli.js'

/** Joins the kubeconfigs of two servers and asks about both clusters. */
const ASK = `
const {readFileSync, writeFileSync} = require('node:fs')
const {spawnSync} = require('node:child_process')
const [first, second] = [process.env.FIRST, process.env.KUBECONFIG].map(file => JSON.parse(readFileSync(file, 'utf8')))
for (const list of ['clusters', 'users', 'contexts']) {
  for (const each of second[list]) each.name = 'east'
  for (const {context} of second.contexts ?? []) Object.assign(context, {cluster: 'east', user: 'east'})
  first[list].push(...second[list])
}
const file = process.env.FIRST + '.both'
writeFileSync(file, JSON.stringify(first))
const args = [process.env.RUN, 'analyze', '-A', '-c', file, '--remote-contexts', 'east']
const {stdout} = spawnSync(process.execPath, args, {encoding: 'utf8'})
process.stdout.write(stdout)
`

function cluster(port: number): string {
  return `
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{name: http, port: ${port}}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, namespace: shop}
spec: {hosts: [web], http: [{route: [{destination: {host: web}}]}]}
`
}

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'remote-contexts-'))
  writeFileSync(join(folder, 'west.yaml'), cluster(80))
  writeFileSync(join(folder, 'east.yaml'), cluster(81))
})
afterAll(() => rmSync(folder, {recursive: true, force: true}))

// IST0170 compares the Services of several clusters; each has its own VirtualServices, which are not a conflict.
test('analyze --remote-contexts compares the Services of clusters, and leaves their configuration alone', async () => {
  const inner = `FIRST=$KUBECONFIG exec "$NODE" "$RUN" serve --from east.yaml -- "$NODE" -e "$ASK"`
  const {stdout} = await meshctl(['serve', '--from', 'west.yaml', '--', 'sh', '-c', inner], {
    cwd: folder,
    env: {NODE, RUN, ASK},
    timeoutMs: 120_000,
  })
  expect(stdout).toMatch(/IST0170.*web/)
  expect(stdout).not.toContain('IST0109')
})
