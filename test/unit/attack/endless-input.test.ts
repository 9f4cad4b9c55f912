import {execFileSync, spawn} from 'node:child_process'
import {existsSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {applyUserConfig} from '../../../src/cli/flags/user-config.js'
import {readRoles} from '../../../src/cli/input/roles.js'
import {readInput} from '../../../src/sources/files/read.js'
import {realDisk} from '../../../src/sources/snapshot/disk.js'
import {tempFolder} from '../../support/temp-folder.js'

const TEMP = tempFolder('endless-input')

function pipe(name: string): string {
  const path = join(TEMP, name)
  execFileSync('mkfifo', [path])
  return path
}

describe('a file that is not a regular file', () => {
  test('a named pipe is read to its end, however late its writer comes', async () => {
    const path = pipe('late')
    const writer = spawn('sh', ['-c', `sleep 0.1; (printf a; sleep 0.1; printf b) > '${path}'`])
    expect(Buffer.from(await readInput(path)).toString()).toBe('ab')
    writer.kill()
  })

  test('a named pipe that nobody writes to is given up', async () => {
    await expect(readInput(pipe('silent'), {idleMs: 100})).rejects.toThrow(
      /^nothing arrived on .*silent for 0\.1 seconds$/,
    )
  })

  test('a pipe whose writer stalls is given up', async () => {
    const path = pipe('stalled')
    const writer = spawn('sh', ['-c', `exec > '${path}'; printf a; exec sleep 60`])
    await expect(readInput(path, {idleMs: 300})).rejects.toThrow(/^nothing arrived/)
    writer.kill()
  })

  test('a device without an end is read up to the limit', async () => {
    await expect(readInput('/dev/zero', {maxBytes: 1_000_000})).rejects.toThrow('/dev/zero is larger than 1.0 MB')
    expect(await readInput('/dev/null')).toHaveLength(0)
  })

  test('a device is read only as far as tells that it is none of the files meant', async () => {
    await expect(readInput('/dev/zero')).rejects.toThrow('/dev/zero is larger than 1.0 MB')
  })

  test('a file of /proc, whose size says nothing, is read', async () => {
    if (!existsSync('/proc/self/status')) return
    expect(Buffer.from(await readInput('/proc/self/status')).toString()).toContain('Name:')
  })
})

describe('files that are not given as evidence have the same limits', () => {
  test('roles, and what is in the store of snapshots', async () => {
    const stored = join(TEMP, 'stored')
    writeFileSync(stored, 'x')
    await expect(readRoles('/dev/zero')).rejects.toThrow(/^\/dev\/zero is larger than/)
    expect(Buffer.from((await realDisk.read(stored)) ?? '').toString()).toBe('x')
    await expect(realDisk.read('/dev/zero')).rejects.toThrow(/^\/dev\/zero is larger than/)
  })

  test('settings in a named pipe that nobody writes to are none', async () => {
    const env = {MESHCTL_CONFIG: pipe('settings')}
    await applyUserConfig(env)
    expect(Object.keys(env)).toEqual(['MESHCTL_CONFIG'])
  })
})

test('a file larger than the limit, a missing one and a directory are named', async () => {
  const path = join(TEMP, 'large')
  writeFileSync(path, 'x'.repeat(2000))
  await expect(readInput(path, {maxBytes: 1000})).rejects.toThrow(/large is larger than 1.0 kB \(2000 bytes\)/)
  await expect(readInput(`${path}/x`)).rejects.toThrow(/a part of the path is not a directory$/)
  await expect(readInput(TEMP)).rejects.toThrow(/is a directory$/)
})

test('a folder that cannot be made, where Node would try for ever, is an error', async () => {
  if (!existsSync('/proc/self')) return
  await expect(realDisk.write('/proc/none/below/file', Buffer.from('x'))).rejects.toThrow(/ENOENT|EACCES/)
})
