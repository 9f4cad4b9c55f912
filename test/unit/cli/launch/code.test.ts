import {chmodSync, existsSync, mkdirSync, readdirSync, statSync, utimesSync} from 'node:fs'
import {join} from 'node:path'
import type {Script} from 'node:vm'
import {describe, expect, test} from '@jest/globals'
import {packCode, unpackCode} from '../../../../src/cli/launch/code-file.js'
import {codeFolder} from '../../../../src/cli/launch/code-folder.js'
import {createScripts} from '../../../../src/cli/launch/scripts.js'
import {tempFolder} from '../../../support/temp-folder.js'

const TEMP = tempFolder('code')
const bytes = (text: string) => Buffer.from(text)
let last = 0

/** An empty cache home of this user's own. */
function home(): string {
  last += 1
  const path = join(TEMP, `home-${last}`)
  mkdirSync(path, {mode: 0o700})
  return path
}

describe('a file of compiled code', () => {
  const kept = {
    units: ['#base/a', '#base/b'],
    code: new Map([
      ['base', bytes('twelve bytes')],
      ['other', bytes('x')],
    ]),
  }

  test('holds what was put in, each beginning where V8 can read it in place', () => {
    const packed = packCode(kept)
    const read = unpackCode(packed)
    expect(read?.units).toEqual(kept.units)
    expect([...(read?.code ?? [])].map(([name, code]) => [name, String(code)])).toEqual([
      ['base', 'twelve bytes'],
      ['other', 'x'],
    ])
    for (const code of read?.code.values() ?? []) expect((code.byteOffset - packed.byteOffset) % 8).toBe(0)
  })

  test('counts as nothing when its end is missing', () => {
    const packed = packCode(kept)
    expect(unpackCode(packed.subarray(0, packed.length - 8))).toBeUndefined()
    expect(unpackCode(packed.subarray(0, 10))).toBeUndefined()
    expect(unpackCode(Buffer.alloc(0))).toBeUndefined()
  })
})

describe('the folder of compiled code', () => {
  test('keeps it by build, for this user alone', () => {
    const cache = home()
    codeFolder('one', {XDG_CACHE_HOME: cache}).write('check', bytes('code'))
    expect(String(codeFolder('one', {XDG_CACHE_HOME: cache}).read('check'))).toBe('code')
    expect(codeFolder('two', {XDG_CACHE_HOME: cache}).read('check')).toBeUndefined()
    const [folder = ''] = readdirSync(join(cache, 'meshctl/code'))
    expect(statSync(join(cache, 'meshctl/code', folder)).mode & 0o077).toBe(0)
  })

  test('is not used where others could write, nor if the user wants none', () => {
    const cache = home()
    const env = {XDG_CACHE_HOME: cache}
    codeFolder('one', env).write('check', bytes('code'))
    expect(codeFolder('one', {...env, NODE_DISABLE_COMPILE_CACHE: '1'}).read('check')).toBeUndefined()
    const [folder = ''] = readdirSync(join(cache, 'meshctl/code'))
    chmodSync(join(cache, 'meshctl/code', folder), 0o777)
    expect(codeFolder('one', env).read('check')).toBeUndefined()
    const open = home()
    chmodSync(open, 0o777)
    codeFolder('one', {XDG_CACHE_HOME: open}).write('check', bytes('code'))
    expect(readdirSync(open)).toEqual([])
  })

  test('is not made for a home that is missing, and that is not an error', () => {
    const cache = join(home(), 'none')
    const folder = codeFolder('one', {XDG_CACHE_HOME: cache})
    folder.write('check', bytes('code'))
    expect(folder.read('check')).toBeUndefined()
    expect(existsSync(cache)).toBe(false)
  })

  test('keeps the ten newest builds', () => {
    const cache = home()
    for (const build of 'abcdefghijkl') {
      codeFolder(build, {XDG_CACHE_HOME: cache}).write('check', bytes('code'))
      // Older than the next one.
      const folder = readdirSync(join(cache, 'meshctl/code')).find(name => name.startsWith(build)) ?? ''
      const time = new Date(2026, 1, build.charCodeAt(0) - 96)
      utimesSync(join(cache, 'meshctl/code', folder), time, time)
    }
    expect(readdirSync(join(cache, 'meshctl/code')).map(name => name[0])).toEqual([...'cdefghijkl'])
  })
})

describe('scripts of units', () => {
  test('are compiled once, and kept again only when more of them is used', () => {
    let text = '({__proto__:null,"#base/a"(module){module.exports=()=>42}})'
    const written: string[] = []
    let held: Buffer | undefined
    const cache = {
      read: () => held,
      write: (name: string, code: Buffer) => {
        written.push(name)
        held = code
      },
    }
    const run = (units: readonly string[]): Script => {
      const scripts = createScripts(file => ({text, filename: file}), cache, 'check')
      const script = scripts.read('base')
      script.runInThisContext()
      scripts.keep(units)
      return script
    }
    expect(run(['#base/a']).cachedDataRejected).toBeUndefined()
    expect(run(['#base/a']).cachedDataRejected).toBe(false)
    expect(written).toEqual(['check'])
    run(['#base/a', '#base/b'])
    expect(written).toEqual(['check', 'check'])
    run(['#base/b'])
    expect(written).toEqual(['check', 'check'])
    // Another text: its compiled code is refused and replaced.
    text = `${text} `
    expect(run(['#base/a']).cachedDataRejected).toBe(true)
    expect(run(['#base/a']).cachedDataRejected).toBe(false)
  })
})

test('a home in which no folder can be made ends without one', () => {
  const folder = codeFolder('one', {HOME: '/proc'})
  folder.write('check', Buffer.from('code'))
  expect(folder.read('check')).toBeUndefined()
})
