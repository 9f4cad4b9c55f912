import {chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, describe, expect, test} from '@jest/globals'
import {writeAtomically} from '../../../src/sources/write-atomically.js'
import {ran} from '../../support/netns.js'
import {skipUnless} from '../../support/skip-unless.js'
import {tempFolder} from '../../support/temp-folder.js'

const folder = tempFolder('write')

describe('a file is written whole or not at all', () => {
  test('the old one stays when it fails, and nothing is left behind', async () => {
    const path = join(folder, 'out.tgz')
    await writeAtomically(path, Buffer.from('first'))
    await expect(writeAtomically(join(folder, 'missing', 'out'), 'x')).rejects.toThrow()
    mkdirSync(join(folder, 'folder'))
    await expect(writeAtomically(join(folder, 'folder'), 'x')).rejects.toThrow()
    expect(readFileSync(path, 'utf8')).toBe('first')
    expect(readdirSync(folder).sort()).toEqual(['folder', 'out.tgz', 'small'])
  })

  test('a link stays a link, and the file behind it keeps its mode', async () => {
    const [file, link] = [join(folder, 'file'), join(folder, 'link')]
    writeFileSync(file, 'old')
    chmodSync(file, 0o640)
    symlinkSync(file, link)
    await writeAtomically(link, 'new')
    expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777, lstatSync(link).isSymbolicLink()]).toEqual([
      'new',
      0o640,
      true,
    ])
  })

  const small = join(folder, 'small')
  mkdirSync(small)
  const isMounted =
    process.getuid?.() === 0 && ran(['mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small]).status === 0
  afterAll(() => {
    if (isMounted) ran(['umount', small])
  })
  const {test: diskTest} = skipUnless(isMounted, 'root and tmpfs')

  diskTest('a disk that fills up keeps what was there', async () => {
    const path = join(small, 'page.html')
    await writeAtomically(path, 'first')
    await expect(writeAtomically(path, Buffer.alloc(256 * 1024, 120))).rejects.toThrow(/ENOSPC/)
    expect([readFileSync(path, 'utf8'), readdirSync(small)]).toEqual(['first', ['page.html']])
  })
})
