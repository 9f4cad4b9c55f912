import {expect, test} from '@jest/globals'
import {corpusShare} from '../support/oracle-size.js'
import {tempFolder} from '../support/temp-folder.js'
import {differences, RECORDED} from './random-meshes.js'

const folder = tempFolder('random-meshes')

test('analyze reports of random meshes what the analyzers of Istio do', async () => {
  const seeds = corpusShare('MESHES', [...RECORDED.keys()], 0.1)
  expect(await differences(seeds, folder)).toEqual([])
  expect(seeds.length).toBeGreaterThan(0)
})
