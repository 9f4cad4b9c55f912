import {spawn} from 'node:child_process'
import {existsSync} from 'node:fs'
import {dirname} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {cleanEnv, meshctl, NODE, RUN} from '../support/cli.js'

const SHOW =
  'const {KUBECONFIG,KUBECACHEDIR}=process.env;console.log(JSON.stringify({KUBECONFIG,KUBECACHEDIR,text:require("fs").readFileSync(KUBECONFIG,"utf8")}))'

/** Starts `serve` alone, hands its kubeconfig over, and ends it with a signal. */
function serving(
  signal: NodeJS.Signals,
  use: (kubeconfig: string) => Promise<void>,
): Promise<{code: number | null; stderr: string; kubeconfig: string}> {
  return new Promise((resolve, reject) => {
    const child = spawn(NODE, [RUN, 'serve', '--from', 'sample'], {env: cleanEnv(), stdio: ['ignore', 'pipe', 'pipe']})
    let out = ''
    let stderr = ''
    let kubeconfig = ''
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString('utf8')
    })
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString('utf8')
      const found = /export KUBECONFIG=(.*)\n/.exec(out)?.[1]
      if (found === undefined || kubeconfig !== '') return
      kubeconfig = found
      use(kubeconfig).then(() => child.kill(signal), reject)
    })
    child.once('error', reject)
    child.once('close', code => resolve({code, stderr, kubeconfig}))
  })
}

describe('serve', () => {
  test('without a folder for its kubeconfig it says so and ends, its server with it', async () => {
    const run = await meshctl(['serve', '--from', 'sample', '--', NODE, '-e', ''], {
      env: {TMPDIR: '/nonexistent/folder'},
    })
    expect([run.code, run.stdout]).toEqual([2, ''])
    expect(run.stderr).toContain('/nonexistent/folder')
    expect(run.stderr).not.toContain('internal error')
  })

  test('a command behind -- gets a kubeconfig of its own, which is gone afterwards', async () => {
    const run = await meshctl(['serve', '--from', 'sample', '--', NODE, '-e', SHOW])
    expect(run).toMatchObject({code: 0, stderr: ''})
    const {KUBECONFIG, KUBECACHEDIR, text} = JSON.parse(run.stdout) as {
      KUBECONFIG: string
      KUBECACHEDIR: string
      text: string
    }
    expect(text).toContain('https://127.0.0.1:')
    expect(dirname(KUBECACHEDIR)).toBe(dirname(KUBECONFIG))
    expect(existsSync(dirname(KUBECONFIG))).toBe(false)
  })

  test('the exit code is the command’s; a program that is not there is an error that says so', async () => {
    expect((await meshctl(['serve', '--from', 'sample', '--', NODE, '-e', 'process.exit(7)'])).code).toBe(7)
    const none = await meshctl(['serve', '--from', 'sample', '--', 'no-such-program-here'])
    expect(none).toMatchObject({
      code: 2,
      stdout: '',
      stderr: 'Error: cannot run no-such-program-here: not found in PATH\n',
    })
  })

  test('meshctl on the served mesh says what it says on the mesh itself', async () => {
    const question = ['proxy-config', 'cluster', 'deploy/reviews-v1', '-n', 'demo', '-o', 'json']
    const served = await meshctl(['serve', '--from', 'sample', '--', NODE, RUN, ...question])
    const direct = await meshctl([...question, '--from', 'sample'])
    expect(direct.code).toBe(0)
    expect(served).toMatchObject({code: 0, stdout: direct.stdout})
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 0],
  ] as const)('%s ends it with %d and removes the kubeconfig', async (signal, code) => {
    const run = await serving(signal, async kubeconfig => expect(existsSync(kubeconfig)).toBe(true))
    expect(run.code).toBe(code)
    expect(run.stderr).toContain('read-only')
    expect(existsSync(dirname(run.kubeconfig))).toBe(false)
  })
})
