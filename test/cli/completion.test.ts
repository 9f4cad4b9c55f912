import {spawn, spawnSync} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {cleanEnv, meshctl, NODE} from '../support/cli.js'

/** The words offered, without what they mean, and the directive. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const {stdout} = await meshctl(['complete', '--', ...words])
  return stdout
    .trimEnd()
    .split('\n')
    .map(line => line.split('\t')[0] ?? '')
}

function shell(program: string, script: string): string | undefined {
  if (spawnSync(program, ['--version']).error !== undefined) return undefined
  return spawnSync(program, ['-c', script], {env: cleanEnv(), encoding: 'utf8'}).stdout
}

describe('completion', () => {
  test('offers commands, then what lies below them, aliases too', async () => {
    expect(await offered('proxy-c')).toEqual(['proxy-config', ':4'])
    expect(await offered('proxy-config', 'cl')).toEqual(['cluster', 'clusters', ':4'])
    expect(await offered('pc', 'clus')).toEqual(['cluster', 'clusters', ':4'])
  })

  test('offers flags and their values', async () => {
    expect(await offered('pc', 'c', '--fq')).toEqual(['--fqdn', ':4'])
    expect(await offered('pc', 'c', '-o', 'j')).toEqual([
      'json',
      'jsonpath-as-json=',
      'jsonpath-file=',
      'jsonpath=',
      ':4',
    ])
    expect(await offered('pc', 'c', '--from', 's')).toEqual(['sample', 'snapshot:', 'ssh:', ':0'])
    expect(await offered('pc', 'c', '-f', '')).toEqual([':0'])
    expect(await offered('pc', 'c', '--color', 'a')).toEqual(['always', 'auto', ':4'])
  })

  test('offers pods, workloads and namespaces of the source at hand', async () => {
    expect(await offered('pc', 'c', '--from', 'sample', 'sick-u')).toEqual(['sick-uid-v1-67858ffc8d-8dd6w', ':4'])
    expect(await offered('pc', 'c', '--from', 'sample', 'deploy/rev')).toEqual([
      'deploy/reviews-v1',
      'deploy/reviews-v2',
      'deploy/reviews-v3',
      ':4',
    ])
    expect(await offered('pc', 'c', '--from', 'sample', '-n', 'istio')).toEqual(['istio-system', ':4'])
    expect(await offered('pc', 'c', '--from=sample', '-n', 'istio-system', 'istiod-')).toEqual([
      'istiod-7d5679cd87-m8t7m',
      'istiod-amb-76c668f5b9-pd68b',
      ':4',
    ])
  })

  test('offers pods to commands that take any number, and after a typed flag', async () => {
    expect(await offered('check', '--from', 'sample', 'deploy/rev')).toEqual([
      'deploy/reviews-v1',
      'deploy/reviews-v2',
      'deploy/reviews-v3',
      ':4',
    ])
    expect(await offered('capture', '--from', 'sample', 'sick-u')).toEqual(['sick-uid-v1-67858ffc8d-8dd6w', ':4'])
    expect(await offered('check', '--from=sa')).toEqual(['--from=sample', ':0'])
  })

  test('offers what has a name: Services, rules, words, forms of -o, contexts, shells', async () => {
    expect(await offered('describe', 'service', '--from', 'sample', 'product')).toEqual(['productpage', ':4'])
    expect(await offered('check', '--only', 'MCT100')).toEqual(expect.arrayContaining(['MCT1001', 'MCT1004', ':4']))
    expect(await offered('explain', 'MCT1001')).toEqual(['MCT1001', ':4'])
    expect(await offered('check', '-o', 's')).toEqual(['sarif', 'short', ':4'])
    expect(await offered('pc', 'cluster', '-o', 'r')).toEqual(['raw', ':4'])
    expect(await offered('completion', 'p')).toEqual(['powershell', ':4'])
    const folder = mkdtempSync(join(tmpdir(), 'meshctl-contexts-'))
    const file = join(folder, 'config')
    writeFileSync(file, JSON.stringify({kind: 'Config', contexts: [{name: 'prod'}, {name: 'staging'}]}))
    expect(await offered('ps', '--kubeconfig', file, '--context', 'pr')).toEqual(['prod', ':4'])
    rmSync(folder, {recursive: true})
  })

  test('says what each word means, as cobra does: after a tab', async () => {
    const {stdout} = await meshctl(['complete', '--', 'proxy-config', 'cluster'])
    expect(stdout).toMatch(/^cluster\tShow the clusters .*\n/)
    expect((await meshctl(['complete', '--', 'check', '--fai'])).stdout).toMatch(/^--fail-on\texit with 1 /)
  })

  test('offers nothing, and says nothing, when there is no source', async () => {
    const run = await meshctl(['complete', '--', 'pc', 'c', '--from', '/nonexistent', 'x'])
    expect(run).toEqual({code: 0, stdout: ':4\n', stderr: ''})
  })

  test('kubectl asks through its own executable and gets the same', async () => {
    const child = spawn(NODE, [resolve('bin/complete.js'), 'pc', 'cl'], {env: cleanEnv()})
    let out = ''
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString('utf8')
    })
    await new Promise(done => child.on('close', done))
    expect(out).toMatch(/^cluster\tShow .*\nclusters\tShow .*\n:4\n$/)
  })

  test('the bash script completes a word in a real bash', async () => {
    const {stdout} = await meshctl(['completion', 'bash'])
    const program = `meshctl() { ${JSON.stringify(NODE)} ${JSON.stringify(resolve('bin/run.js'))} "$@"; }`
    const words = 'COMP_WORDS=(meshctl pc c --fq) COMP_CWORD=3; _meshctl_complete; echo "$COMPREPLY"'
    expect(shell('bash', `${program}\n${stdout}\n${words}`)).toBe('--fqdn\n')
  })

  test.each(['zsh', 'fish', 'powershell'])('the %s script is there', async name => {
    const run = await meshctl(['completion', name])
    expect(run.code).toBe(0)
    expect(run.stdout).toContain('meshctl complete --')
  })
})
