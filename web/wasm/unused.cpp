// What libraries would bring and nothing here calls: 8 kB of every module, and 3 kB of JavaScript.
// Ours are found first.
extern "C" {

int siprintf(char* text, const char* format, ...);
void _embind_register_std_wstring(const void* type, unsigned long size, const char* name);
int emscripten_set_canvas_element_size(const char* target, int width, int height);
int emscripten_webgl_create_context(const char* target, const void* attributes);
extern const void* const _ZTVN10__cxxabiv117__class_type_infoE[3];
extern const void* const _ZTVN10__cxxabiv120__si_class_type_infoE[3];
extern const void* const _ZTVN10__cxxabiv121__vmi_class_type_infoE[3];

// Embind would print the addresses of types that it has no name for, of which there are none here,
// with the C library's whole printf.
int siprintf(char* text, const char*, ...) {
  *text = '\0';
  return 0;
}

// Strings of wide characters, which no call has, and what threads would do for a canvas.
void _embind_register_std_wstring(const void*, unsigned long, const char*) {}
int emscripten_set_canvas_element_size(const char*, int, int) { return -1; }
int emscripten_webgl_create_context(const char*, const void*) { return 0; }

// What exceptions and dynamic_cast ask of a type: the tables of std::type_info's three kinds. The
// library's own errors name them, but are never thrown.
const void* const _ZTVN10__cxxabiv117__class_type_infoE[3] = {};
const void* const _ZTVN10__cxxabiv120__si_class_type_infoE[3] = {};
const void* const _ZTVN10__cxxabiv121__vmi_class_type_infoE[3] = {};
}
