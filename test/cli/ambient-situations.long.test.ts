import {readFileSync, writeFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {brotliDecompressSync} from 'node:zlib'
import {describe, expect, test} from '@jest/globals'
import {meshctl} from '../support/cli.js'
import {tempFolder} from '../support/temp-folder.js'

/**
 * Small ambient meshes by their objects, written down with what is true of them before meshctl was asked: by istiod's sources
 * (pilot/pkg/serviceregistry/kube/controller/ambient), ztunnel's (src/rbac.rs, src/proxy.rs) and istio.io. `objects` are shared by number.
 */
interface Situations {
  readonly objects: readonly unknown[]
  readonly situations: readonly {
    readonly name: string
    readonly objects: readonly number[]
    readonly asks: readonly {
      readonly argv: readonly string[]
      readonly says: readonly string[]
      readonly never: readonly string[]
    }[]
  }[]
}

const {objects, situations} = JSON.parse(
  brotliDecompressSync(readFileSync(resolve('test/fixtures/ambient/situations.json.br'))).toString('utf8'),
) as Situations

describe('situations of ambient meshes, by their objects', () => {
  const folder = tempFolder('situations')

  test.each(situations.map(each => [each.name, each] as const))('%s', async (name, {objects: numbers, asks}) => {
    const file = join(folder, `${name}.json`)
    const items = numbers.map(number => objects[number])
    writeFileSync(file, JSON.stringify({apiVersion: 'v1', kind: 'List', items}))
    for (const {argv, says, never} of asks) {
      const {stdout, stderr} = await meshctl([...argv, '--from', file], {env: {COLUMNS: '400'}})
      const answer = `${argv.join(' ')}\n${stdout}${stderr}`
      for (const words of says) expect(answer).toMatch(new RegExp(words, 'is'))
      for (const words of never) expect(answer).not.toMatch(new RegExp(words, 'is'))
    }
  })
})
