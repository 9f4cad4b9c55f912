import {describe} from '@jest/globals'
import {itemsAreAnswered} from './seed-items/items.js'

describe('items of five pages as people wrote them', () => itemsAreAnswered(1))
