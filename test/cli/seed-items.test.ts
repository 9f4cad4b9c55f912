import {describe} from '@jest/globals'
import {itemsAreAnswered, noItemIsLeftOut} from './seed-items/items.js'

describe('items of five pages as people wrote them', () => {
  itemsAreAnswered(0.2)
  noItemIsLeftOut()
})
