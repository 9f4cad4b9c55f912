import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {stringify} from 'yaml'
import {type ChurningApi, churningApi} from '../support/churning-api.js'
import {meshctl} from '../support/cli.js'
import {sidecarPod} from '../support/sidecar-pod.js'

describe('several contexts', () => {
  let folder = ''
  let apis: readonly ChurningApi[] = []
  const run = (...argv: string[]) => meshctl([...argv, '--kubeconfig', join(folder, 'config')], {cwd: folder})

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meshctl-test-'))
    apis = await Promise.all([churningApi([sidecarPod('a', 1337)]), churningApi([sidecarPod('b', 1000)])])
    const servers = {east: apis[0]?.url, west: apis[1]?.url, gone: 'http://127.0.0.1:1'}
    const names = Object.entries(servers)
    await writeFile(
      join(folder, 'config'),
      stringify({
        ...{apiVersion: 'v1', kind: 'Config', 'current-context': 'east', users: [{name: 'u', user: {token: 't'}}]},
        clusters: names.map(([name, server]) => ({name, cluster: {server}})),
        contexts: names.map(([name]) => ({name, context: {cluster: name, user: 'u', namespace: 'shop'}})),
      }),
    )
  })

  afterAll(async () => {
    await Promise.all(apis.map(each => each.close()))
    await rm(folder, {recursive: true, force: true})
  })

  test('each cluster answers under its name, and the exit code is the gravest', async () => {
    const {stdout, code} = await run('check', '--no-deep', '--only', 'MCT1001', '--context', 'west,east', '-o', 'short')
    expect(stdout).toMatch(/^cluster east\n[^\n]*1 error/m)
    expect(stdout).toMatch(/^cluster west\n[^\n]*0 errors/m)
    expect(code).toBe(1)
  })

  test('-o json prints a document for each', async () => {
    const {stdout} = await run('check', '--no-deep', '--only', 'MCT1001', '--context', 'east,west', '-o', 'json')
    const documents = stdout
      .split(/^(?=\{)/m)
      .map(each => JSON.parse(each) as {readonly origin: {readonly label: string}})
    expect(documents.map(each => each.origin.label).sort()).toEqual(['cluster east', 'cluster west'])
  })

  test('a cluster that cannot answer is said, and the others answer', async () => {
    const argv = ['check', '--no-deep', '--only', 'MCT1001', '--context', 'west,gone', '-o', 'short']
    const {stdout, stderr, code} = await run(...argv)
    expect(stdout).toMatch(/^cluster west\n/)
    expect(stderr).toMatch(/context gone: Error: .*ECONNREFUSED/)
    expect(code).toBe(2)
  })

  test.each([
    [['describe', 'pod', 'a-0', '--context', 'east,west'], /describe pod takes one --context/],
    [['check', '--context', 'east,west', '-o', 'json=x.json'], /would overwrite one answer with the next/],
    [['ps', '--watch', '--context', 'east,west'], /takes one --context/],
  ])('%j is a usage error', async (argv, message) => {
    const {stderr, code} = await run(...argv)
    expect(stderr).toMatch(message)
    expect(code).toBe(2)
  })
})
