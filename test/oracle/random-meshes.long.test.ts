import {expect, test} from '@jest/globals'

import {tempFolder} from '../support/temp-folder.js'
import {differences, RECORDED} from './random-meshes.js'

const folder = tempFolder('random-meshes')

test('analyze reports of random meshes what the analyzers of Istio do', async () => {
  const seeds = [...RECORDED.keys()]
  expect(await differences(seeds, folder)).toEqual([])
  expect(seeds.length).toBeGreaterThan(250)
}, 180_000)
