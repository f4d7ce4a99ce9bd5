#include "inspector/views/views.hpp"
#include "inspector/widgets/controls.hpp"

namespace convolab::inspector {

void draw_memory(Desk&) { quiet_text("Not drawn yet."); }

}  // namespace convolab::inspector
