// Paper: what lies under the ink of a drawing, a scan or a photograph, taken away.
#pragma once

#include <cstdint>
#include <vector>

namespace convolab {

// A pixel is ink from this grey value on (0 … 255, ink bright on black).
inline constexpr int least_ink = 32;

// Makes the ink of a grey picture (row by row) bright on black, whichever of ink and paper is the
// darker. Even paper, as drawing programs give it, is subtracted; the paper of a photograph is
// estimated everywhere by itself, so that neither shade nor noise nor specks are taken for ink.
void put_on_black(std::vector<std::uint8_t>& grey, int width, int height);

}  // namespace convolab
