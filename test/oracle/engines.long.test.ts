import {spawnSync} from 'node:child_process'
import {copyFileSync, mkdirSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {containerSource} from '../../src/sources/containers/source.js'
import type {Source} from '../../src/sources/source.js'
import {OUTSIDE_QUESTIONS, plainReport} from '../loop/outside-questions.js'
import {must, ran} from '../support/netns.js'
import {captured} from '../support/served.js'
import {skipUnless} from '../support/skip-unless.js'
import {tempFolder} from '../support/temp-folder.js'

const BUSYBOX = '/bin/busybox'
const PAGE = '{"version":"x/1.31.0/Clean/RELEASE/BoringSSL","state":"LIVE","uptime_current_epoch":"9s"}'
const name = `meshctl-test-${process.pid}`
/** What containers need of an engine on a machine that is itself one (no bridge, no cgroups of their own). */
const RUN = {
  docker: ['--network', 'none'],
  podman: [
    '--network',
    'none',
    '--runtime',
    'runc',
    '--cgroupns',
    'host',
    '--ulimit',
    'nofile=1024:1024',
    '--ulimit',
    'nproc=1024:1024',
  ],
} as const
type EngineName = keyof typeof RUN

function works(engine: EngineName): boolean {
  return (
    ran(['busybox', 'true']).status === 0 &&
    process.getuid?.() === 0 &&
    spawnSync(engine, ['ps'], {timeout: 20_000}).status === 0
  )
}

/** A root file system of one static program, which listens for the application and, as `pilot-agent` and Envoy's admin, for the proxy. */
function rootFileSystem(folder: string): string {
  const root = join(folder, 'root')
  mkdirSync(join(root, 'bin'), {recursive: true})
  mkdirSync(join(root, 'www'))
  copyFileSync(ran(['sh', '-c', 'command -v busybox']).stdout.trim(), join(root, BUSYBOX))
  for (const applet of ['httpd', 'sh']) symlinkSync('busybox', join(root, 'bin', applet))
  writeFileSync(join(root, 'www', 'server_info'), PAGE)
  must(['tar', '-C', root, '-cf', join(folder, 'root.tar'), '.'])
  return join(folder, 'root.tar')
}

for (const engine of ['docker', 'podman'] as const) {
  const isThere = works(engine)
  const {test: present} = skipUnless(isThere, `a running ${engine}`)
  const folder = tempFolder(engine)
  let live: Source
  let replayed: Source

  if (isThere) {
    beforeAll(async () => {
      const image = `localhost/${name}:1`
      must([engine, 'import', rootFileSystem(folder), image])
      must([
        engine,
        'run',
        '-d',
        ...RUN[engine],
        '--name',
        `${name}-web`,
        '--user',
        '1000',
        image,
        '/bin/httpd',
        '-f',
        '-p',
        '9080',
        '-h',
        '/www',
      ])
      const shared = RUN[engine].filter(word => word !== 'none' && word !== '--network')
      must([
        engine,
        'run',
        '-d',
        ...shared,
        '--network',
        `container:${name}-web`,
        '--name',
        `${name}-sidecar`,
        '--user',
        '1337',
        image,
        '/bin/httpd',
        '-f',
        '-p',
        '127.0.0.1:15000',
        '-h',
        '/www',
      ])
      live = await containerSource(engine, `${name}-web`, 15_000)
      replayed = await captured(live, false)
    })

    afterAll(() => {
      // The one whose network is shared can only be removed after the other; a first process without a handler ignores SIGTERM.
      for (const part of ['sidecar', 'web']) ran([engine, 'kill', `${name}-${part}`])
      for (const part of ['sidecar', 'web']) ran([engine, 'rm', '-f', `${name}-${part}`])
      ran([engine, 'rmi', `localhost/${name}:1`])
    })
  }

  present.each(Object.keys(OUTSIDE_QUESTIONS))(
    `${engine}: %s of a real container is the same from its capture`,
    async question => {
      const ask = OUTSIDE_QUESTIONS[question] ?? (async () => ({}))
      const first = plainReport(await ask(live))
      expect(JSON.stringify(first)).toContain(`${name}-web`)
      expect(plainReport(await ask(replayed))).toEqual(first)
    },
  )
}

test('the questions are those of the loop law outside Kubernetes', () => {
  expect(Object.keys(OUTSIDE_QUESTIONS)).toContain('describe')
})
