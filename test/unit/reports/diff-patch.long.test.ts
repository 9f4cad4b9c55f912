import {damagedCopies} from './diff-patch.js'

damagedCopies(200)
