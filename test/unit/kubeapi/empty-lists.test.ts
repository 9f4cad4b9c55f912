import {describe, expect, test} from '@jest/globals'
import {heldKinds, objectStore} from '../../../src/kubeapi/store.js'
import {memorySource} from '../../support/memory-source.js'

const source = memorySource({})

describe('lists that were not captured', () => {
  test.each(['Secret', 'Service', 'CustomResourceDefinition'])(
    '%s: refused, and empty only when the user asked for that',
    async kind => {
      const strict = objectStore(source, heldKinds(source))
      const lenient = objectStore(source, heldKinds(source), true)
      const resource = strict.resources.find(each => each.kind === kind)
      expect(resource).toBeDefined()
      if (resource === undefined) return
      await expect(strict.list(resource, undefined)).rejects.toMatchObject({name: 'ApiFailure'})
      expect(await lenient.list(resource, undefined)).toEqual([])
      await expect(lenient.get(resource, 'demo', 'x')).rejects.toMatchObject({name: 'ApiFailure'})
    },
  )
})
