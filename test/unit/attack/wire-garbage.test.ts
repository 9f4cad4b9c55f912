import {wireGarbage} from './wire-garbage.js'

wireGarbage(12)
