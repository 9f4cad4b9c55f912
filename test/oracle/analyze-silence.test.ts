import {expect, test} from '@jest/globals'
import {analyzedFiles, ownAlarms} from '../support/analyzed.js'

test('rules that istioctl lacks are silent about the sample mesh', async () => {
  expect(ownAlarms(await analyzedFiles(['src/sample/mesh.tgz']))).toEqual([])
})
