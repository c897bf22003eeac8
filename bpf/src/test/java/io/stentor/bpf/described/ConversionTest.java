package io.stentor.bpf.described;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stentor.bpf.Bytes16;
import io.stentor.bpf.generated.CtEntry;
import io.stentor.bpf.generated.Layouts;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConversionTest {

    private static byte[] number(int bytes, boolean bigEndian, long value) {
        ByteBuffer buffer = ByteBuffer.allocate(8).order(bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.nativeOrder());
        byte[] all = buffer.putLong(value).array();
        boolean last = buffer.order() == ByteOrder.BIG_ENDIAN;
        byte[] made = new byte[bytes];
        System.arraycopy(all, last ? 8 - bytes : 0, made, 0, bytes);
        return made;
    }

    private static Conversion between(String was, String is) {
        return Conversion.between(
                Description.parse("struct x 64 a@0:" + was + "\nenum e E_ONE=1 E_TWO=2 E_THREE=300\n"),
                new Kind.Nested("x"),
                Description.parse("struct x 64 a@32:" + is + "\nenum e E_TWO=1 E_ONE=20 E_FOUR=4\n"),
                new Kind.Nested("x"));
    }

    /// As if the struct were its one field.
    private static String converted(String was, byte[] bytes, int size, String is) {
        byte[] struct = new byte[64];
        System.arraycopy(bytes, 0, struct, 0, bytes.length);
        return between(was, is)
                .apply(struct)
                .map(made -> HexFormat.of().formatHex(made, 32, 32 + size))
                .orElse("inconvertible");
    }

    @ParameterizedTest
    @CsvSource({
        "u8, 255, u64, 255",
        "u64, 255, u8, 255",
        "u64, 256, u8, none",
        "be16, 0x1234, u32, 0x1234",
        "u32, 0x1234, be16, 0x1234",
        "u32, 0x12345, be16, none",
        "s32, -2, s64, -2",
        "s64, -128, s8, -128",
        "s64, -129, s8, none",
        "s32, -1, u32, none",
        "u32, 0x80000000, s32, none",
        "u64, -1, u64, -1",
        "u64, -1, s64, none",
        "s64, -1, u64, none",
        "u8, 1, bool, 1",
        "u8, 2, bool, none",
        "bool, 1, be32, 1",
        "enum/e/8, 1, enum/e/16, 20",
        "enum/e/8, 2, enum/e/8, 1",
        "enum/e/16, 300, enum/e/16, none",
        "enum/e/8, 7, enum/e/8, none",
        "enum/e/8, 0, enum/e/8, 0",
        "enum/e/8, 7, u8, 7",
    })
    void a_number_keeps_its_value_or_is_refused(String was, String value, String is, String result) {
        String expected = result.equals("none")
                ? "inconvertible"
                : HexFormat.of().formatHex(number(size(is), is.startsWith("be"), Long.decode(result)));
        assertThat(converted(was, number(size(was), was.startsWith("be"), Long.decode(value)), size(is), is))
                .isEqualTo(expected);
    }

    private static int size(String kind) {
        String bits = kind.replaceAll(".*\\D", "");
        return bits.isEmpty() ? 1 : Integer.parseInt(bits) / 8;
    }

    @ParameterizedTest
    @CsvSource({
        "bytes4, 01020304, bytes6, 010203040000",
        "bytes6, 010203040000, bytes4, 01020304",
        "bytes6, 010203040001, bytes4, inconvertible",
        "u8[3], 010203, u8[4], 01020300",
        "be16[2], 00010000, be16[1], 0001",
        "be16[2], 00010002, be16[1], inconvertible",
    })
    void what_is_longer_is_filled_with_zeros_and_what_is_shorter_must_have_held_them(
            String was, String bytes, String is, String result) {
        int size = result.equals("inconvertible") ? 0 : result.length() / 2;
        assertThat(converted(was, HexFormat.of().parseHex(bytes), size, is)).isEqualTo(result);
    }

    @Test
    void fields_are_found_by_name_wherever_they_lie_and_new_ones_are_zero() {
        Description was = Description.parse("struct x 8 a@0:u32 gone@4:u16 b@6:be16\n");
        Description is = Description.parse("struct x 16 b@0:u32 in@4:struct/y a@8:u64\nstruct y 4 c@0:u32\n");
        Conversion there = Conversion.between(was, new Kind.Nested("x"), is, new Kind.Nested("x"));
        byte[] old = ByteBuffer.allocate(8)
                .order(ByteOrder.nativeOrder())
                .putInt(7)
                .putShort((short) 5)
                .put(number(2, true, 9))
                .array();
        byte[] made = ByteBuffer.allocate(16)
                .order(ByteOrder.nativeOrder())
                .putInt(9)
                .putInt(0)
                .putLong(7)
                .array();
        assertThat(there.apply(old)).hasValue(made);
        Conversion back = Conversion.between(is, new Kind.Nested("x"), was, new Kind.Nested("x"));
        old[4] = 0;
        assertThat(back.apply(made)).hasValue(old);
    }

    @Test
    void a_field_of_another_nature_is_named() {
        assertThatThrownBy(() -> between("u32", "bytes4"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("x.a was u32 and is bytes4");
    }

    @Test
    void the_generated_description_is_of_the_generated_layouts() {
        Description own = Description.parse(Layouts.description());
        assertThat(own.fingerprint()).isEqualTo(Layouts.fingerprint());
        Kind entry = own.map("ct_answered").orElseThrow().value().orElseThrow();
        Conversion same = Conversion.between(own, entry, own, entry);
        CtEntry ct = new CtEntry(1L << 60, 2, 3, 0x10001, 40000, 65535, 3, 7, 0, 0, Bytes16.ZERO);
        assertThat(same.apply(ct.encode())).hasValue(ct.encode());
        Description moved = Description.parse(Layouts.description()
                .replaceAll("struct ct_entry .*", "struct ct_entry 48 nat_port@40:u32 deadline@8:be64 new@0:u64"));
        Conversion there = Conversion.between(own, entry, moved, entry);
        Conversion back = Conversion.between(moved, entry, own, entry);
        assertThat(there.apply(ct.encode()).flatMap(back::apply).map(CtEntry.CODEC::decode))
                .hasValue(CtEntry.ZERO.withDeadline(1L << 60).withNatPort(40000));
    }

    @Test
    void other_sizes_are_another_fingerprint() {
        Description own = Description.parse(Layouts.description());
        Description larger = own.withEntries(Map.of("ct_answered", 200000));
        assertThat(larger.fingerprint()).isNotEqualTo(own.fingerprint());
        assertThat(larger.withEntries(Map.of("ct_answered", 98304)).text()).isEqualTo(own.text());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "map x HASH u32",
                "struct x 4 a@2:u32",
                "struct x 4 a@0:u31",
                "struct x 4 a@0:struct/y",
                "struct x 4 a@0:struct/x",
                "program x",
                "map x HASH struct/y u32 1 0 AGENT",
                "map x HASH u32 u32 1 0 NOBODY",
                "struct x four",
            })
    void a_text_that_describes_nothing_is_refused(String text) {
        assertThatThrownBy(() -> Description.parse(text + "\n")).isInstanceOf(IllegalArgumentException.class);
    }
}
